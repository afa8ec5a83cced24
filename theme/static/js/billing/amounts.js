// Amounts as whole hundredths: 0.1 + 0.2 is 0.3 here.

/** `1,200.50` or `१२००` -> 120050; null for anything that is no amount. */
export function hundredths(typed) {
  const plain = typed
    .replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x0966))
    .replace(/[,\s]/g, "");
  return /^-?\d{1,10}(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : null;
}

/** As the server shows amounts: `NPR 1,200.50`. */
export function shown(amount, currency) {
  const figure = (amount / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${currency} ${figure}`;
}
