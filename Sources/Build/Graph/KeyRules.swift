internal import Chunking
internal import Dockerfile

/// What of instructions and of files of the context is keyed: everything. Only tests leave something out, to see that they
/// notice the wrong hits that come of it.
struct KeyRules: Sendable {
    /// What of an instruction is keyed.
    var instruction: @Sendable (PlannedStep.Operation) -> PlannedStep.Operation = { $0 }
    /// What of a file of the context is keyed.
    var file: @Sendable (Entry) -> Entry = { $0 }
    /// Whether it is keyed which names are one file.
    var keysLinks = true
    /// Whether it is keyed what mounts show of the context.
    var keysMounts = true
    /// What of a file tells the ``StatCache`` that it is as it was.
    var stamp: @Sendable (FileStamp) -> FileStamp = { $0 }
    /// The time that decides whether a file may be remembered; seconds since 1970.
    var now: @Sendable () -> Int64 = { Clock.seconds() }
}
