"""Amazon Pay; the book follows version 1, whose errors サブスクストア shows."""
