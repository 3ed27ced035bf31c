import FoundationEssentials
import OCI
import Synchronization
import SystemPackage

/// On which day each token was used last. It is noted in memory, and written to a file of the root now and then, so that no
/// request waits for it: a crash loses what was new in the last minute. The file decides nothing; it may be removed.
final class TokenUseFile: Sendable {
    private struct State {
        /// When the day of the last use began, by the token's id. Seconds since 1970.
        var days: [String: Int64]
        var isWritten = true
    }

    private static let day: Int64 = 86_400

    /// Where it is.
    let path: FilePath
    private let state: Mutex<State>

    /// That of `root`; without one that can be read, nothing was used yet. Blocks.
    init(in root: FilePath) {
        path = root.appending("token-use.json")
        let data = try? Data(contentsOf: URL(filePath: path.string))
        let days = data.flatMap { try? JSONDocument.value([String: Int64].self, in: $0) }
        state = Mutex(State(days: days ?? [:]))
    }

    /// Notes that the token with an id is used. Costs a look into a dictionary.
    /// - Parameter now: seconds since 1970.
    func note(_ id: String, at now: Int64) {
        let today = now - now % Self.day
        state.withLock { state in
            guard state.days[id] != today else { return }
            state.days[id] = today
            state.isWritten = false
        }
    }

    /// When the day began on which a token was used last; `nil` for never.
    func lastUse(of id: String) -> Int64? { state.withLock { $0.days[id] } }

    /// Writes what is new, if anything is. Blocks.
    /// - Throws: what the disk does.
    func write() throws {
        let days = state.withLock { state -> [String: Int64]? in
            defer { state.isWritten = true }
            return state.isWritten ? nil : state.days
        }
        guard let days else { return }
        do {
            let bytes = [UInt8](try JSONEncoder.report.encode(days)) + [UInt8(ascii: "\n")]
            try RootDisk.system.replace(path, with: bytes)
        } catch {
            state.withLock { $0.isWritten = false }
            throw error
        }
    }
}
