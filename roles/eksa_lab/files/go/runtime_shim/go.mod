module eks.anywhere/lab/runtime_shim

go 1.26.0
