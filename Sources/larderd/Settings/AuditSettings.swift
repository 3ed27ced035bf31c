import SystemPackage

/// Where and how much is written down of who did what.
struct AuditSettings: Hashable, Sendable {
    /// Where lines go.
    enum Target: Hashable, Sendable {
        /// Nowhere.
        case off
        /// `audit.log` in the root.
        case inRoot
        /// This file.
        case file(FilePath)

        /// Reads `off` or a path; `nil` for an empty one.
        init?(_ text: String) {
            if text.isEmpty { return nil }
            self = text == "off" ? .off : .file(FilePath(text))
        }
    }

    /// Where lines go.
    var target = Target.inRoot
    /// From which length a new file is begun. Bytes.
    var sizeMaximum: UInt64 = 64 << 20
    /// How many files there are.
    var countMaximum = 10

    /// The file of a server on `root`; `nil` for none.
    func file(in root: FilePath) -> AuditFile? {
        let path: FilePath
        switch target {
        case .off: return nil
        case .inRoot: path = root.appending("audit.log")
        case .file(let given): path = given
        }
        return AuditFile(path: path, sizeMaximum: sizeMaximum, countMaximum: countMaximum)
    }
}
