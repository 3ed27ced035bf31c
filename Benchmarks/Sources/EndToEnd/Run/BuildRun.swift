import ChildPrograms
import Dispatch
internal import FoundationEssentials
import Glibc
import Synchronization

/// Builds at the same time, each on a runner of its own, and what is measured around them.
struct BuildRun {
    /// What all of them came to.
    struct Outcome {
        /// How long each took, and whether it succeeded.
        var builds: [(seconds: Double, succeeded: Bool)]
        var wire: WireCounter.Bytes
        var clientProcessor: Double
        var serverProcessor: Double
        var memory: MemoryWatch.Peaks
    }

    /// One of them.
    struct Build: Sendable {
        /// Run one after the other as long as they succeed.
        var commands: [[String]]
        /// A file for all that they say.
        var log: String
    }

    let server: pid_t
    /// Daemons that build.
    let daemons: Set<pid_t>
    let wire: WireCounter

    /// Blocks until all have ended.
    func run(_ builds: [Build]) throws -> Outcome {
        for build in builds { try? FileManager.default.removeItem(atPath: build.log) }
        sync()
        let before = ProcessTable.now()
        let watch = MemoryWatch(clients: daemons, server: server)
        _ = try wire.next()
        let ended = Self.atTheSameTime(builds, watch)
        let bytes = try wire.next()
        let peaks = watch.end()
        let after = ProcessTable.now()
        func seconds(_ processes: Set<pid_t>) -> Double {
            max(0, after.processorSeconds(of: processes) - before.processorSeconds(of: processes))
        }
        return Outcome(
            builds: ended.map { ($0.seconds, $0.succeeded) }, wire: bytes,
            clientProcessor: ended.reduce(seconds(daemons)) { $0 + $1.processorSeconds },
            serverProcessor: seconds([server]), memory: peaks)
    }

    private struct Ended {
        var seconds = 0.0
        var succeeded = true
        var processorSeconds = 0.0
    }

    private static func atTheSameTime(_ builds: [Build], _ watch: MemoryWatch) -> [Ended] {
        let results = Mutex([Ended](repeating: Ended(), count: builds.count))
        DispatchQueue.concurrentPerform(iterations: builds.count) { index in
            let result = one(builds[index], watch)
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0 }
    }

    private static func one(_ build: Build, _ watch: MemoryWatch) -> Ended {
        var ended = Ended()
        let duration = ContinuousClock().measure {
            for command in build.commands where ended.succeeded {
                guard let process = try? ChildProgram.start(command, log: build.log) else {
                    ended.succeeded = false
                    continue
                }
                watch.add(client: process)
                let ending = ChildProgram.wait(for: process)
                ended.succeeded = ending.succeeded
                ended.processorSeconds += ending.processorSeconds
            }
        }
        ended.seconds = duration / .seconds(1)
        return ended
    }
}
