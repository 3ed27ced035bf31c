import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import OCI

/// A verdict as it is kept: an artifact about the image (OCI image-spec 1.1, "Guidelines for Artifact Usage"), which lists of
/// referrers show to everybody. Only those that the gate itself wrote are believed.
struct StoredVerdict: Codable, Hashable, Sendable {
    static let artifactType = "application/vnd.larder.verdict.v1+json"
    /// Who writes them; no client's identity is called that.
    static let author = "larderd:scan-gate"
    /// How far ahead a verdict's time may be. Seconds.
    private static let clockTolerance: Int64 = 60
    private static let emptyType = "application/vnd.oci.empty.v1+json"
    private static let resultKey = "io.larder.verdict"
    private static let timeKey = "org.opencontainers.image.created"
    private static let scannerKey = "io.larder.verdict.scanner"
    private static let expiryKey = "io.larder.verdict.expires"

    let verdict: ScanVerdict
    /// When it was given, and until when it holds. Seconds since 1970.
    private(set) var time: Int64
    private(set) var expires: Int64

    private struct Document: Codable {
        let verdict: ScanVerdict
        let time: String
        let expires: String
        let subject: String
    }

    private struct Artifact: Encodable {
        struct Part: Encodable {
            let mediaType: String
            let digest: OCIDigest
            let size: Int
        }

        let schemaVersion = 2
        let mediaType = MediaType.manifest
        let artifactType = StoredVerdict.artifactType
        let config: Part
        let layers: [Part]
        let subject: Part
        let annotations: [String: String]
    }

    /// Keeps the verdict about `subject` beside it, as the last one: a second later when there is one of the same second. Blocks; one at a
    /// time.
    func keep(about subject: StoredManifest, in repository: Repository) throws {
        var verdict = self
        let last = try Self.all(about: subject.digest, in: repository).map(\.time).filter {
            $0 <= time + Self.clockTolerance
        }.max()
        if let last, last >= time {
            verdict.time = last + 1
            verdict.expires += verdict.time - time
        }
        try verdict.write(about: subject, in: repository)
    }

    private func write(about subject: StoredManifest, in repository: Repository) throws {
        let times = (Timestamp.text(seconds: time), Timestamp.text(seconds: expires))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = [UInt8](
            try encoder.encode(
                Document(
                    verdict: verdict, time: times.0, expires: times.1, subject: subject.digest.description)))
        let empty = Array("{}".utf8)
        for bytes in [document, empty] {
            try repository.store.keep(bytes, as: Digest(hashing: bytes), in: repository.project)
        }
        func part(_ type: String, _ bytes: [UInt8]) -> Artifact.Part {
            Artifact.Part(mediaType: type, digest: .sha256(Digest(hashing: bytes)), size: bytes.count)
        }
        var annotations = [
            Self.resultKey: verdict.verdict.rawValue, Self.timeKey: times.0, Self.expiryKey: times.1,
        ]
        annotations[Self.scannerKey] = verdict.scanner
        let bytes = try JSONDocument.encode(
            Artifact(
                config: part(Self.emptyType, empty), layers: [part(Self.artifactType, document)],
                subject: Artifact.Part(
                    mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.count),
                annotations: annotations))
        let own = Repository(
            repository.name, project: repository.project, store: repository.store,
            author: RecordAuthor(identity: Self.author, time: time))
        let manifest = StoredManifest(mediaType: MediaType.manifest, bytes: bytes)
        let outline = try ManifestOutline(bytes, contentType: MediaType.manifest)
        try own.put(manifest, ManifestLinks(outline, manifest, in: own), tags: [], rules: TagRules())
    }

    /// The last verdict about `subject` that holds at `now`; `nil` when there is none. Blocks; O(verdicts about it).
    static func known(about subject: OCIDigest, in repository: Repository, at now: Int64) throws -> StoredVerdict? {
        try all(about: subject, in: repository)
            .filter { now < $0.expires && $0.time <= now + clockTolerance }.max { $0.time < $1.time }
    }

    private static func all(about subject: OCIDigest, in repository: Repository) throws -> [StoredVerdict] {
        var found: [StoredVerdict] = []
        var last: OCIDigest?
        repeat {
            let page = try repository.referrers(of: subject, type: artifactType, after: last, bytes: 1 << 20)
            for entry in page.entries {
                guard let listed = try? JSONDocument.value(Listed.self, in: entry.descriptor),
                    let verdict = try read(listed.digest, about: subject, in: repository)
                else { continue }
                found.append(verdict)
            }
            last = page.last
        } while last != nil
        return found
    }

    private struct Listed: Decodable {
        let digest: String
    }

    /// A verdict of the gate's own; `nil` for what anybody else wrote.
    private static func read(
        _ text: String, about subject: OCIDigest, in repository: Repository
    ) throws -> StoredVerdict? {
        guard let digest = OCIDigest(text),
            let record = try repository.store.record(
                in: .manifest, key: repository.key(digest), project: repository.project),
            let manifest = try? StoredManifest(decoding: record, algorithm: digest.algorithm),
            manifest.digest == digest, manifest.author?.identity == author,
            let outline = try? ManifestOutline(manifest.bytes, contentType: manifest.mediaType),
            outline.subject?.digest == subject, case .sha256(let layer)? = outline.layers.first?.digest,
            let bytes = try repository.store.document(layer, in: repository.project, maximum: 1 << 20),
            let document = try? JSONDocument.value(Document.self, in: bytes),
            let time = Timestamp.seconds(document.time), let expires = Timestamp.seconds(document.expires)
        else { return nil }
        return StoredVerdict(verdict: document.verdict, time: time, expires: expires)
    }
}
