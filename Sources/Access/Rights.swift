/// What may be done in a project.
public struct Rights: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// Makes rights of their bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Pulling images, finding steps.
    public static let read = Rights(rawValue: 1)
    /// Pushing images, recording steps.
    public static let write = Rights(rawValue: 2)
    /// Deleting tags, images and blobs.
    public static let delete = Rights(rawValue: 4)
    /// All of these, in every scope, to every tag.
    public static let admin = Rights(rawValue: 15)

    private static let names: [(name: String, rights: Rights)] = [
        ("read", .read), ("write", .write), ("delete", .delete), ("admin", .admin),
    ]

    /// Reads names with commas between them, as in `read,write`; `nil` for none and for names of no right.
    public init?(_ text: some StringProtocol) {
        var rights: Rights = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let known = Self.names.first(where: { $0.name == part }) else { return nil }
            rights.formUnion(known.rights)
        }
        self = rights
    }
}

extension Rights: CustomStringConvertible {
    /// The names with commas between them; empty for none.
    public var description: String {
        if contains(.admin) { return "admin" }
        return Self.names.filter { contains($0.rights) }.map(\.name).joined(separator: ",")
    }
}
