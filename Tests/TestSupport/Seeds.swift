/// Seeds for property tests: two that stay and one that is new in every run. They are test arguments, so a failure
/// names its seed; put it here to replay.
public let seeds: [UInt64] = [1, 0x1a4d_e4, .random(in: .min ... .max)]
