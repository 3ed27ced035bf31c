import FoundationEssentials

/// Something that happened to images and steps, as webhooks tell of it.
struct RegistryEvent: Sendable {
    /// What happened. The raw value is what settings call it, and with ``typePrefix`` the type of its CloudEvent.
    enum Kind: String, Sendable, CaseIterable {
        /// A client pushed an image, an index or an artifact, or a build made an image.
        case manifestPushed = "manifest.pushed"
        /// It is gone.
        case manifestRemoved = "manifest.removed"
        /// A client or a build put a tag somewhere.
        case tagSet = "tag.set"
        /// It is gone.
        case tagRemoved = "tag.removed"
        /// Steps are gone; one event for those of a project that went together.
        case stepsRemoved = "steps.removed"
        /// The scan gate has a verdict of an image.
        case scanJudged = "scan.judged"
        /// Nothing happened: `larderd webhooks test`.
        case test = "webhook.test"
    }

    /// What a tag did that was put somewhere.
    enum Change: String, Sendable, Encodable {
        /// It was not there before.
        case created
        /// It pointed at something else.
        case moved
        /// It was there already: a push that was repeated.
        case unchanged
    }

    /// Why something went.
    enum Reason: String, Sendable, Encodable {
        /// A client deleted it.
        case deleted
        /// A rule of retention.
        case retention
        /// A quota, an age, or a full disk.
        case policy
        /// `larderd evict`: whoever wrote it is not believed any more.
        case distrusted
    }

    /// The `data` of the event; what does not apply is left out.
    struct Contents: Sendable, Encodable {
        var project: String?
        var repository: String?
        var tag: String?
        var digest: String?
        /// Of the manifest.
        var mediaType: String?
        /// What kind of artifact it is.
        var artifactType: String?
        /// Of the manifest itself. Bytes.
        var size: Int?
        /// The digest of the manifest that it is about.
        var about: String?
        /// The tags that were given or that went with it.
        var tags: [String]?
        var change: Change?
        /// Where the tag pointed before.
        var previous: String?
        var reason: Reason?
        /// How many there were.
        var count: Int?
        /// What the scanner says of an image, why, and which scanner it is.
        var verdict: ScanVerdict.Result?
        var explanation: String?
        var scanner: String?
        var findings: [String: Int]?
        /// Who did it: kind and name.
        var identity: String?
        /// What a job says of itself.
        var job: String?
    }

    /// What types of CloudEvents begin with.
    static let typePrefix = "io.larder."

    let kind: Kind
    /// What it is about, as in `shop/api:1`.
    let subject: String
    var contents: Contents

    /// - Parameter project: whose it is; `nil` for nobody's, which all webhooks are told of.
    init(_ kind: Kind, project: String?, subject: String) {
        self.kind = kind
        self.subject = subject
        contents = Contents(project: project)
    }

    /// One JSON object: CloudEvents 1.0 in the structured mode (CloudEvents JSON format 1.0.2).
    /// - Parameters:
    ///   - source: which server it is.
    ///   - time: seconds since 1970.
    func cloudEvent(id: String, source: String, time: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](
            try encoder.encode(
                Envelope(
                    id: id, source: source, type: Self.typePrefix + kind.rawValue, subject: subject, time: time,
                    data: contents)))
    }

    private struct Envelope: Encodable {
        let specversion = "1.0"
        let id: String
        let source: String
        let type: String
        let subject: String
        let time: String
        let datacontenttype = "application/json"
        let data: Contents
    }
}
