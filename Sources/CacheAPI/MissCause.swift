/// Why a step was no hit, as a word.
public enum MissCause: String, Codable, Sendable, CaseIterable {
    /// Nothing like it was recorded before.
    case new
    /// It is recorded only in a scope that the build does not read.
    case scope
    /// It was recorded, but the server no longer has all of it.
    case evicted
    /// The base image is another one.
    case base
    /// An image that is copied from, or a remote file, is another one.
    case image
    /// Files of the context are not what they were.
    case files
    /// An ARG or ENV that the step sees is not what it was.
    case variables
    /// The instruction's own text is another one.
    case command
    /// A setting is not what it was: the user, the directory, the network, a mount.
    case settings
    /// What it reads from another stage is not what it was.
    case inputs
    /// Only what it stands on is not what it was.
    case parent
    /// It was asked for, as by `--no-cache`.
    case asked
    /// Its record is signed by nobody who is trusted.
    case unsigned
    /// Nobody knows.
    case unknown

    /// Reads a word; one that is not known here means ``unknown``.
    /// - Throws: `DecodingError` for what is no text.
    public init(from decoder: any Decoder) throws {
        self = MissCause(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .unknown
    }

    /// Whether it lies in the step itself, and not in what it stands on or reads from.
    public var isOwn: Bool { self != .parent && self != .inputs }
}
