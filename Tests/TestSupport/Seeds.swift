/// Seeds for property tests: those that stay and one that is new in every run. They are test arguments, so a failure
/// names its seed; put it into ``steadySeeds`` to replay.
public let seeds: [UInt64] = steadySeeds + [.random(in: .min ... .max)]

/// The seeds of every run. What only most seeds bring about is asked of these alone.
public let steadySeeds: [UInt64] = [1, 0x1a4d_e4]
