#![doc = include_str!("../../../docs/MOVE-FROM-LAMBDA-HTTP.md")]
