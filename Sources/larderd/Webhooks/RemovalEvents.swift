import ChunkStore
import OCI
import Synchronization

/// Makes events of records that go: one for each tag and manifest, one for all steps of a project. Caches of BuildKit are told
/// of neither when they come nor when they go. Blocks now and then, for the queue.
final class RemovalEvents: Sendable {
    /// So many are kept in memory.
    private static let batchCount = 128

    private struct State {
        var names: [ProjectID: String] = [:]
        var events: [RegistryEvent] = []
        var steps: [ProjectID: Int] = [:]
    }

    private let reason: RegistryEvent.Reason
    private let store: Store
    private let webhooks: Webhooks
    private let identity: String?
    private let state = Mutex(State())

    /// - Parameter identity: who has it removed; `nil` for the server itself.
    init?(_ reason: RegistryEvent.Reason, of store: Store, by identity: String? = nil, telling webhooks: Webhooks?) {
        guard let webhooks else { return nil }
        (self.reason, self.store, self.webhooks, self.identity) = (reason, store, webhooks, identity)
    }

    /// Notes that a record has gone.
    /// - Parameter value: what it was; `nil` when that is not known.
    func note(_ table: RecordTable, _ key: [UInt8], _ value: [UInt8]?, _ project: ProjectID) {
        if table == .step { return state.withLock { $0.steps[project, default: 0] += 1 } }
        guard table == .tag || table == .manifest, let name = name(of: project),
            let event = event(table, key, value, project, name)
        else { return }
        let full = state.withLock { state -> [RegistryEvent] in
            state.events.append(event)
            guard state.events.count >= Self.batchCount else { return [] }
            defer { state.events = [] }
            return state.events
        }
        if !full.isEmpty { webhooks.announce(full) }
    }

    /// Tells of the rest.
    func flush() {
        var (events, steps) = state.withLock { state in
            defer { (state.events, state.steps) = ([], [:]) }
            return (state.events, state.steps)
        }
        for (project, count) in steps {
            guard let name = name(of: project) else { continue }
            var event = RegistryEvent(.stepsRemoved, project: name, subject: name)
            (event.contents.count, event.contents.reason) = (count, reason)
            event.contents.identity = identity
            events.append(event)
        }
        if !events.isEmpty { webhooks.announce(events) }
    }

    private func event(
        _ table: RecordTable, _ key: [UInt8], _ value: [UInt8]?, _ project: ProjectID, _ name: String
    ) -> RegistryEvent? {
        let repository = Array(key.prefix { $0 != 0 })
        let rest = Array(key.dropFirst(repository.count + 1))
        let title = String(decoding: repository, as: UTF8.self)
        var event: RegistryEvent
        if table == .tag {
            let tag = String(decoding: rest, as: UTF8.self)
            event = RegistryEvent(.tagRemoved, project: name, subject: "\(title):\(tag)")
            event.contents.tag = tag
            if let digest = value.flatMap({ TagTarget(decoding: $0)?.digest }) {
                if isBuildCache(repository + [0] + digest.tagged, digest, project) { return nil }
                event.contents.digest = digest.description
            }
        } else {
            guard let digest = OCIDigest(tagged: rest), !isBuildCache(value, digest) else { return nil }
            event = RegistryEvent(.manifestRemoved, project: name, subject: "\(title)@\(digest)")
            event.contents.digest = digest.description
        }
        event.contents.repository = title
        (event.contents.reason, event.contents.identity) = (reason, identity)
        return event
    }

    private func isBuildCache(_ key: [UInt8], _ digest: OCIDigest, _ project: ProjectID) -> Bool {
        isBuildCache((try? store.record(in: .manifest, key: key, project: project)) ?? nil, digest)
    }

    private func isBuildCache(_ record: [UInt8]?, _ digest: OCIDigest) -> Bool {
        guard let record, let manifest = try? StoredManifest(decoding: record, algorithm: digest.algorithm),
            let outline = try? ManifestOutline(manifest.bytes, contentType: manifest.mediaType)
        else { return false }
        return outline.isBuildCache
    }

    private func name(of project: ProjectID) -> String? {
        if let known = state.withLock({ $0.names[project] }) { return known }
        let all = (try? store.projects()) ?? []
        return state.withLock { state in
            for (name, id) in all { state.names[id] = name }
            return state.names[project]
        }
    }
}
