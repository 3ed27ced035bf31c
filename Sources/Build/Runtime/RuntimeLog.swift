internal import OCI
internal import Subprocess
internal import SystemPackage

/// Tells the failures of a runtime from those of the process that it ran: both end with the same statuses.
enum RuntimeLog {
    private struct Line: Decodable {
        let level: String
        let msg: String
    }

    /// The exit status of the process; a signal counts as 128 and its number.
    /// - Throws: `notPermitted` or `io` when there was no process.
    static func exitStatus(_ status: TerminationStatus, _ log: FilePath) throws(BuildError) -> Int32 {
        switch status {
        case .exited(0): return 0
        case .signaled(let signal): return 128 + signal
        case .exited(let code):
            guard let message = failure(in: (try? SmallFile.read(log)) ?? []) else { return code }
            return try exitStatus(of: message)
        }
    }

    /// What the runtime failed with; `nil` when it did not.
    static func failure(in log: [UInt8]) -> String? {
        let lines = log.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? JSONDocument.decode(Line.self, from: Array(line), subject: "the log")
        }
        return lines.last { $0.level == "error" || $0.level == "fatal" }?.msg
    }

    /// A program that is not there or cannot be run is the image's fault: the statuses are those of shells.
    static func exitStatus(of message: String) throws(BuildError) -> Int32 {
        let isAboutProgram =
            message.contains("exec: \"") || message.contains(": exec /") || message.contains("executable file")
        if isAboutProgram {
            let isThere = message.contains("permission denied") || message.contains("exec format error")
            return isThere ? 126 : 127
        }
        let text = message.lowercased()
        let denials = ["operation not permitted", "permission denied", "read-only file system"]
        guard denials.contains(where: { text.contains($0) }) else {
            throw BuildError(.io, "the OCI runtime cannot run a container: \(message)")
        }
        throw BuildError(.notPermitted, "the OCI runtime cannot run a container: \(message); \(Privileges.advice)")
    }
}
