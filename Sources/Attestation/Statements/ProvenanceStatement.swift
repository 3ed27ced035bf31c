public import Chunking

/// How an image was made (in-toto Statement v1 with the predicate SLSA Provenance v1, https://slsa.dev/spec/v1.0/provenance).
///
/// Of build arguments it has the names, not the values, which may be secrets.
public struct ProvenanceStatement: Encodable, Sendable {
    /// The media type of the document, as BuildKit has it.
    public static let mediaType = "application/vnd.in-toto+json"
    /// What the predicate is.
    public static let predicate = "https://slsa.dev/provenance/v1"

    /// Something that took part, or came of it (in-toto, ResourceDescriptor).
    public struct Resource: Encodable, Sendable {
        /// What people call it.
        public var name: String?
        /// Where it comes from.
        public var uri: String?
        /// Its digests, in hexadecimal, by algorithm.
        public var digest: [String: String]?
        /// Anything else.
        public var annotations: [String: String]?

        /// Makes a resource.
        public init(
            name: String? = nil, uri: String? = nil, digest: [String: String]? = nil,
            annotations: [String: String]? = nil
        ) {
            self.name = name
            self.uri = uri
            self.digest = digest
            self.annotations = annotations
        }
    }

    /// What whoever asked for the build could choose.
    public struct Parameters: Encodable, Sendable {
        /// The Dockerfile's name.
        public var dockerfile: String
        /// The stage that was built; `nil` for the last one.
        public var target: String?
        /// `os/arch[/variant]`.
        public var platform: String
        /// The names of the build arguments that were given.
        public var buildArguments: [String]

        /// Makes parameters.
        public init(dockerfile: String, target: String?, platform: String, buildArguments: [String]) {
            self.dockerfile = dockerfile
            self.target = target
            self.platform = platform
            self.buildArguments = buildArguments
        }
    }

    struct Definition: Encodable, Sendable {
        let buildType: String
        let externalParameters: Parameters
        let resolvedDependencies: [Resource]
    }

    struct Builder: Encodable, Sendable {
        let id: String
        let version: [String: String]
    }

    struct Metadata: Encodable, Sendable {
        let invocationId: String
        let startedOn: String
        let finishedOn: String
    }

    struct Details: Encodable, Sendable {
        let builder: Builder
        let metadata: Metadata
        let byproducts: [Resource]
    }

    struct Predicate: Encodable, Sendable {
        let buildDefinition: Definition
        let runDetails: Details
    }

    private enum CodingKeys: String, CodingKey {
        case type = "_type"
        case subject, predicateType, predicate
    }

    let type = "https://in-toto.io/Statement/v1"
    let subject: [Resource]
    let predicateType = Self.predicate
    let predicate: Predicate

    /// States how an image was made.
    /// - Parameters:
    ///   - name: the repository of the image.
    ///   - image: the digest of its manifest.
    ///   - dependencies: the images that it was made from.
    ///   - steps: its steps, with their keys.
    ///   - builder: who made it.
    ///   - version: of the program.
    ///   - times: when the build began and ended, as in `2026-11-30T12:00:00Z`.
    public init(
        name: String, image: Digest, parameters: Parameters, dependencies: [Resource], steps: [Resource],
        builder: String, version: String, times: (started: String, finished: String)
    ) {
        subject = [Resource(name: name, digest: ["sha256": image.hex])]
        predicate = Predicate(
            buildDefinition: Definition(
                buildType: "urn:larder:dockerfile:v1", externalParameters: parameters,
                resolvedDependencies: dependencies),
            runDetails: Details(
                builder: Builder(id: builder, version: ["larder": version]),
                metadata: Metadata(
                    invocationId: "\(image)/\(times.started)", startedOn: times.started, finishedOn: times.finished),
                byproducts: steps))
    }
}
