import CacheAPI
import ChunkStore
import Chunking
import OCI

/// Says what a small record of the store is, in words of those who made it.
enum RecordDescription {
    private static let instructionCharacters = 100

    /// A line such as `step 'RUN make' of scope 'main', project 'shop'`.
    static let describe: RecordDescriber = { table, key, value, project in
        let name = key.prefix { $0 != 0 }
        let owner = String(decoding: name, as: UTF8.self)
        let rest = key.dropFirst(name.count + 1)
        switch table {
        case .step:
            let record = value.flatMap { try? StepRecord(decoding: $0, withComponents: false) }
            let instruction = record.map { "'\($0.instruction.prefix(instructionCharacters))'" } ?? "(damaged)"
            return "step \(instruction) of scope '\(owner)', project '\(project)'"
        case .alias: return "alias of a step of scope '\(owner)', project '\(project)'"
        case .tag: return "tag \(owner):\(String(decoding: rest, as: UTF8.self))"
        case .manifest:
            let digest = OCIDigest(tagged: rest).map { "\($0)" } ?? "?"
            return "image \(owner)@\(digest)"
        case .lineage: return "what came last in a lineage, project '\(project)'"
        case .digest: return "name \(OCIDigest(tagged: key).map { "\($0)" } ?? "?") of a blob of project '\(project)'"
        case .referrer:
            let subject = OCIDigest(tagged: rest).map { "\($0)" } ?? "?"
            return "entry in the list of what is about \(owner)@\(subject)"
        case .buildCache: return "use of the build cache \(owner):\(String(decoding: rest, as: UTF8.self))"
        case .upstream: return "pulled image of project '\(project)'"
        }
    }
}
