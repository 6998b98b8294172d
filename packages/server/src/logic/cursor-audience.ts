/** In larger groups a cursor goes to the user's own devices only: everyone's to everyone would cost the square of the members. */
export const cursorAudienceMax = 100;
