//! HOW IS IT DRIVEN? Read, fold, commit, act; timers, errands, store.
