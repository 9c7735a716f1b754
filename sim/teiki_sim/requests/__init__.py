"""What a marketplace's buyers write to the seller, and how the seller answers (AM-CAN)."""
