/** The same keys with texts of another language. Languages without a singular of their own leave out `_one`. */
export type Texts<T> = {
  readonly [Key in keyof T as Key extends `${string}_one` ? never : Key]: T[Key] extends string
    ? string
    : Texts<T[Key]>;
};
