{{- define "parley.name" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 30 | trimSuffix "-" -}}
{{- end -}}

{{- define "parley.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "parley.labels" -}}
{{ include "parley.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "parley.secret" -}}
{{- .Values.existingSecret | default (printf "%s-engines" (include "parley.name" .)) -}}
{{- end -}}

{{/* A list, or what stands between commas already. */}}
{{- define "parley.trustedProxies" -}}
{{- if kindIs "slice" .Values.trustedProxies }}{{ join "," .Values.trustedProxies }}{{ else }}{{ .Values.trustedProxies }}{{ end -}}
{{- end -}}

{{- define "parley.fromSecret" -}}
{{- $secret := include "parley.secret" .root -}}
{{- range $variable, $key := .keys }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: {{ $key }} }
{{- end -}}
{{- end -}}

{{/* One role, or those of one process. Takes root, name, roles, values, ports, keys and drainSeconds. */}}
{{- define "parley.deployment" -}}
{{- $name := printf "%s-%s" (include "parley.name" .root) .name -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "parley.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
spec:
  replicas: {{ .values.replicas }}
  strategy:
    type: RollingUpdate
    # One node at a time, so that nobody is sent away twice at once.
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- include "parley.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .name }}
  template:
    metadata:
      labels:
        {{- include "parley.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .name }}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "7090"
        checksum/engines: {{ print .root.Values.engines .root.Values.rpcSecret | sha256sum }}
    spec:
      automountServiceAccountToken: false
      # Variables it would make of services named parley-… are no settings, and would stop the start.
      enableServiceLinks: false
      # What Kubernetes takes to send nobody there any more, then the drain, then what nodes finish for each other.
      terminationGracePeriodSeconds: {{ add .drainSeconds 30 }}
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets: {{ toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        seccompProfile: { type: RuntimeDefault }
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "parley.selector" .root | nindent 14 }}
              app.kubernetes.io/component: {{ .name }}
      containers:
        - name: parley
          image: {{ printf "%s:%s" .root.Values.image.repository (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: ["start", "--roles", {{ .roles | quote }}]
          env:
            - name: POD_IP
              valueFrom: { fieldRef: { fieldPath: status.podIP } }
            - name: PARLEY_NODE_ID
              valueFrom: { fieldRef: { fieldPath: metadata.name } }
            - { name: PARLEY_RPC_HOST, value: 0.0.0.0 }
            - { name: PARLEY_RPC_PORT, value: "7080" }
            - { name: PARLEY_RPC_ADDRESS, value: "http://$(POD_IP):7080" }
            - { name: PARLEY_OPS_HOST, value: 0.0.0.0 }
            - { name: PARLEY_OPS_PORT, value: "7090" }
            - { name: PARLEY_DRAIN_MS, value: {{ mul .drainSeconds 1000 | quote }} }
            {{- $environment := merge (dict) .values.environment .root.Values.environment }}
            {{- with include "parley.trustedProxies" .root }}
            - { name: PARLEY_TRUSTED_PROXIES, value: {{ . | quote }} }
            {{- else }}
            {{- if and (eq $.name "connect") (not (hasKey $environment "PARLEY_SOCKETS_PER_ADDRESS")) }}
            # Everybody comes from the ingress.
            - { name: PARLEY_SOCKETS_PER_ADDRESS, value: "1000000" }
            {{- end }}
            {{- end }}
            {{- include "parley.fromSecret" (dict "root" .root "keys" .keys) | nindent 12 }}
            {{- range $variable, $value := $environment }}
            - { name: {{ $variable }}, value: {{ $value | quote }} }
            {{- end }}
          ports:
            - { name: rpc, containerPort: 7080 }
            - { name: ops, containerPort: 7090 }
            {{- range $port, $number := .ports }}
            - { name: {{ $port }}, containerPort: {{ $number }} }
            {{- end }}
          startupProbe:
            httpGet: { path: /healthz, port: ops }
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: { path: /healthz, port: ops }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: ops }
            periodSeconds: 5
            timeoutSeconds: 5
          lifecycle:
            preStop:
              exec: { command: ["sleep", "5"] }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          resources: {{ toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - { name: data, mountPath: /data }
            - { name: tmp, mountPath: /tmp }
      volumes:
        # Nothing durable: that is in the engines.
        - { name: data, emptyDir: {} }
        - { name: tmp, emptyDir: {} }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "parley.labels" .root | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "parley.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .name }}
{{- end -}}
