module eks.anywhere/lab/pause

go 1.26.0
