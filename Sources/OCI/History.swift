/// A line of an image's history: what an instruction did.
public struct History: Codable, Hashable, Sendable {
    /// When, RFC 3339.
    public var created: String?
    /// The instruction.
    public var createdBy: String?
    /// Who.
    public var author: String?
    /// A remark.
    public var comment: String?
    /// Whether the instruction made no layer; `nil` when it made one.
    public var emptyLayer: Bool?

    private enum CodingKeys: String, CodingKey {
        case created, author, comment
        case createdBy = "created_by"
        case emptyLayer = "empty_layer"
    }

    /// Makes a line.
    public init(createdBy: String, emptyLayer: Bool = false, created: String? = nil, comment: String? = nil) {
        self.created = created
        self.createdBy = createdBy
        self.comment = comment
        self.emptyLayer = emptyLayer ? true : nil
    }
}
