/// What is measured, and where.
struct RunSettings: Sendable {
    /// How often everything is repeated.
    var repetitions: Int
    var scenarios: [Scenario]
    var networks: [Network]
    var applications: [Application]
    var contenders: [any Contender]
    /// A directory on a file system that nothing was ever written to.
    var disk: String
    /// Tars of the root filesystems of the base image, and of the one that takes its place.
    var base: String
    var changedBase: String
    var programs: BuildOrder.Programs
    /// Flags that every builder understands.
    var flags: [String]
    /// A script that starts daemons and stops them: `Benchmarks/hold`.
    var hold: String
    /// The beginning of the names of all files that are written, and a directory for logs.
    var results: String
    /// Tells this run from others on the same machine; 0 to 16,383.
    var number: Int
    /// The port that servers listen on.
    var port: UInt16
}
