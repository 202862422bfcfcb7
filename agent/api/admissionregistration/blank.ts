export const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === '';
