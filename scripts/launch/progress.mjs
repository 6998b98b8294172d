const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/** Shows long work calmly on the error stream, so that a command's own output stays clean. */
export function createProgress(stream = process.stderr) {
  const isLively = stream.isTTY && process.env.TERM !== 'dumb' && process.env.CI !== 'true';
  const show = isLively ? spin : announce;
  return {
    /** Runs `work` under `title`; its result or error passes through. */
    async step(title, work) {
      const finish = show(stream, title);
      try {
        const result = await work();
        finish('✓');
        return result;
      } catch (error) {
        finish('✗');
        throw error;
      }
    },
  };
}

function spin(stream, title) {
  const startedAt = Date.now();
  let frame = 0;
  const draw = (mark) => stream.write(`\r\x1b[2K${mark} ${title}${elapsed(startedAt)}`);
  const timer = setInterval(() => draw(frames[frame++ % frames.length]), frameMs);
  draw(frames[0]);
  return (mark) => {
    clearInterval(timer);
    draw(mark);
    stream.write('\n');
  };
}

function announce(stream, title) {
  const startedAt = Date.now();
  stream.write(`… ${title}\n`);
  return (mark) => stream.write(`${mark} ${title}${elapsed(startedAt)}\n`);
}

function elapsed(startedAt) {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  return seconds > 0 ? ` (${seconds} s)` : '';
}
