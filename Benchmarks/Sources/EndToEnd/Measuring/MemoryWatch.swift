import ChildPrograms
import Dispatch
internal import FoundationEssentials
import Glibc
import Synchronization

/// Keeps the most anonymous memory of a builder and of a server, each with what it started, while a build runs. Processes in a process
/// namespace of their own, as those of RUN steps, are left out.
package final class MemoryWatch: Sendable {
    /// The most so far. Bytes.
    struct Peaks {
        var client = 0
        var server = 0
    }

    private struct State {
        var clients: Set<pid_t>
        var peaks = Peaks()
        var isOver = false
    }

    private static let pause: UInt32 = 50_000
    /// New processes are looked for each so many times.
    private static let roundsPerTable = 4
    private let state: Mutex<State>
    private let server: Set<pid_t>
    private let group = DispatchGroup()

    /// Begins.
    init(clients: Set<pid_t>, server: pid_t) {
        state = Mutex(State(clients: clients))
        self.server = [server]
        DispatchQueue.global().async(group: group) { self.watch() }
    }

    /// Another program is part of the builder.
    func add(client: pid_t) {
        state.withLock { _ = $0.clients.insert(client) }
    }

    /// Ends it.
    func end() -> Peaks {
        state.withLock { $0.isOver = true }
        group.wait()
        return state.withLock { $0.peaks }
    }

    private func watch() {
        let own = Self.processNamespace("self")
        var (clients, servers): (Set<pid_t>, Set<pid_t>) = ([], [])
        var round = 0
        while true {
            let (roots, isOver) = state.withLock { ($0.clients, $0.isOver) }
            if isOver { return }
            if round % Self.roundsPerTable == 0 || !roots.isSubset(of: clients) {
                let table = ProcessTable.now()
                clients = roots.union(table.tree(of: roots).filter { Self.processNamespace("\($0)") == own })
                servers = table.tree(of: server)
            }
            let now = Peaks(client: Self.memory(of: clients), server: Self.memory(of: servers))
            state.withLock {
                $0.peaks = Peaks(
                    client: max($0.peaks.client, now.client), server: max($0.peaks.server, now.server))
            }
            round += 1
            usleep(Self.pause)
        }
    }

    private static func processNamespace(_ process: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/pid")
    }

    private static func memory(of processes: Set<pid_t>) -> Int {
        processes.reduce(0) { $0 + (ProcFile.text("/proc/\($1)/status").flatMap(anonymousMemory) ?? 0) }
    }

    /// `RssAnon` of a text as `/proc/PID/status`. Bytes.
    package static func anonymousMemory(in status: String) -> Int? {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }) else { return nil }
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }.map {
            $0 * 1024
        }
    }
}
