// A bar chart as SVG.

const COLORS = {
  light: { text: "#1f2328", faint: "#59636e", bar: "#afb8c1", ours: "#0969da" },
  dark: { text: "#f0f6fc", faint: "#9198a1", bar: "#3d444d", ours: "#4493f8" },
};
const ROW = 26;
const LABEL = 250;
const BAR = 360;

/**
 * @param {"light" | "dark"} theme
 * @param {string} unit
 * @param {{ label: string, value: number, isOurs: boolean }[]} bars
 * @param {(value: number) => string} format
 */
export function chart(theme, unit, bars, format) {
  const { text, faint, bar, ours } = COLORS[theme];
  const longest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const y = index * ROW;
    const width = Math.max(2, Math.round((value / longest) * BAR));
    const weight = isOurs ? ' font-weight="600"' : "";
    return `<text x="${LABEL - 10}" y="${y + 18}" text-anchor="end" fill="${text}"${weight}>${label}</text>
<rect x="${LABEL}" y="${y + 5}" width="${width}" height="${ROW - 8}" rx="3" fill="${isOurs ? ours : bar}"/>
<text x="${LABEL + width + 8}" y="${y + 18}" fill="${text}"${weight}>${format(value)}</text>`;
  });
  const height = bars.length * ROW + 24;
  const width = LABEL + BAR + 90;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
${rows.join("\n")}
<text x="${LABEL}" y="${height - 6}" fill="${faint}" font-size="12">${unit}</text>
</svg>
`;
}
