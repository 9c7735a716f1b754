"""Deferred payment: NP後払い, NP後払いwiz, NPリアルタイム後払い and スコア後払い."""
