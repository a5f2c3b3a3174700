// Tries a regular expression on lines, away from the page, which can end this worker when it takes too long.
onmessage = ({ data: { id, pattern, texts } }) => {
  const expression = new RegExp(pattern, "i");
  const matches = new Uint8Array(texts.length);
  for (let i = 0; i < texts.length; i += 1) matches[i] = expression.test(texts[i]) ? 1 : 0;
  postMessage({ id, matches });
};
