"""要対応 on たまごリピート: what sets it and in which scope, what it stops, what is said of it, how it is released."""
