/// How much clients may ask of a server, and how slowly.
///
/// The values of a `Limits` can be set, by ``names``; what is `static` cannot, since formats, stored records and clients rest
/// on it. A *client* is an identity, or an address while nobody says who it is (``LimitKey``).
struct Limits: Sendable, Hashable {
    // MARK: Connections

    /// Connections at once, of all clients together. More are refused.
    var connections = 8192
    /// Connections at once of one address. More are refused.
    var connectionsPerAddress = 1024
    /// How long a client with TLS may take until it may ask something.
    var handshakeTime = Duration.seconds(10)
    /// How long the head of a request may take from its first byte to its last.
    var headerTime = Duration.seconds(30)
    /// How slowly a body may come while the server waits for it. Bytes a second.
    var bodyRate = 1024
    /// For how long a client may be slower than ``bodyRate``, or may take nothing of an answer.
    var slowTime = Duration.seconds(60)

    /// The head of a request: its first line and its headers. Bytes.
    static let headerBytes = 64 << 10
    /// One header. Bytes.
    static let headerFieldBytes = 32 << 10
    /// Headers of a request.
    static let headerFields = 200

    // MARK: Requests

    /// Requests a second of one client, in the long run; 0 for any number.
    var requestRate = 10_000
    /// How many requests a client may be ahead of ``requestRate``.
    var requestBurst = 50_000
    /// Requests of one client under way at once.
    var requestsPerClient = 1024
    /// The longest body. Bytes.
    var bodyBytes = 64 << 30

    // MARK: Uploads to the registry

    /// Open uploads, of all clients together. Each holds about a megabyte.
    var uploads = 1024
    /// Open uploads of one client.
    var uploadsPerClient = 256
    /// An upload that nobody has used for so long is dropped.
    var uploadIdleTime = Duration.seconds(3_600)
    /// When there are too many, one that nobody has used for so long makes room.
    var uploadIdleTimeWhenFull = Duration.seconds(600)

    // MARK: Contents

    /// JSON bodies of the cache API. Bytes.
    var jsonBytes = 16 << 20
    /// Encoded recipes. Bytes.
    var recipeBytes = 32 << 20
    /// Manifests and other documents of images; at most 4 MiB, since clients take no longer ones. Bytes.
    var manifestBytes = StoredManifest.byteCountMaximum
    /// A layer that the server decompresses. Bytes.
    var layerBytes = 64 << 30
    /// How many bytes may come out of each byte of a compressed layer, beyond ``expansionBytes``.
    var expansion = 200
    /// How many bytes may come out of a compressed layer however short it is. Bytes.
    var expansionBytes = 1 << 30

    // MARK: Queries and records of the cache API

    /// Layers of a chain.
    static let chain = 1024
    /// Scopes of a query.
    static let scopes = 16
    /// Inputs of a step.
    static let inputs = 1024
    /// Paths of an input.
    static let paths = 1024
    /// Named parts of a step key.
    static let components = 100_000
    /// The name of a part. Bytes.
    static let componentNameBytes = 32 << 10
    /// The text of an instruction. Bytes.
    static let instructionBytes = 64 << 10
    /// Who built a step. Bytes.
    static let writerBytes = 1 << 10
    /// The value of a record. Bytes.
    static let recordBytes = 4 << 20
    /// How much of a body goes to or comes from the store at once. Bytes.
    static let pieceBytes = 256 << 10
}
