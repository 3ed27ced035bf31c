internal import Glibc
internal import OCI
internal import SystemPackage

/// Containers of builds that were killed: they go on when whoever started them is gone. All calls block.
enum LeftContainers {
    /// What runtimes note of a container: runc in `state.json`, crun in `status`.
    private struct Record: Decodable {
        let process: pid_t
        /// When the process began, as `/proc/PID/stat` has it: its number may be another's by now.
        let start: UInt64

        private enum CodingKeys: String, CodingKey {
            case process = "init_process_pid"
            case start = "init_process_start"
            case crunProcess = "pid"
            case crunStart = "process-start-time"
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            process =
                try fields.decodeIfPresent(pid_t.self, forKey: .process)
                ?? fields.decode(pid_t.self, forKey: .crunProcess)
            start =
                try fields.decodeIfPresent(UInt64.self, forKey: .start)
                ?? fields.decode(UInt64.self, forKey: .crunStart)
        }
    }

    /// Kills the containers whose bundles are in `workspace`, which no build uses any more, and waits until they are gone, but
    /// not for long.
    static func kill(in workspace: FilePath) {
        let names = (try? OpenDirectory(workspace).names()) ?? []
        for name in names where name.starts(with: ContainerBundle.idPrefix.utf8) {
            let id = String(decoding: name, as: UTF8.self)
            let state = ContainerBundle.state(in: workspace.appending(id)).appending(id)
            for file in ["state.json", "status"] {
                guard let bytes = try? SmallFile.read(state.appending(file)),
                    let record = try? JSONDocument.decode(Record.self, from: bytes, subject: file)
                else { continue }
                kill(record)
            }
        }
    }

    private static func kill(_ record: Record) {
        // Never one of the runner's own processes, whatever a file says.
        guard record.process > 1, isThere(record), isInNamespaceOfItsOwn(record.process) else { return }
        // With the first process of its namespace all others in it go.
        _ = Glibc.kill(record.process, SIGKILL)
        for _ in 0..<200 where isThere(record) { usleep(10_000) }
    }

    private static func isThere(_ record: Record) -> Bool {
        guard let bytes = try? SmallFile.read(FilePath("/proc/\(record.process)/stat")) else { return false }
        // The name of the program, in parentheses, may be anything; behind it the start is the 20th field.
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 19 && UInt64(fields[19]) == record.start
    }

    private static func isInNamespaceOfItsOwn(_ process: pid_t) -> Bool {
        func namespace(_ process: String) -> [UInt8]? {
            try? OpenDirectory(FilePath("/proc/\(process)/ns")).linkText(FileName("pid"))
        }
        let its = namespace("\(process)")
        return its != nil && its != namespace("self")
    }
}
