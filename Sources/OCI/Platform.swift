/// What a program of an image runs on (OCI image-spec 1.1, image-index.md): `linux/amd64`, `linux/arm/v7`.
public struct Platform: Hashable, Sendable {
    /// The operating system, as Go calls it.
    public var os: String
    /// The architecture, as Go calls it.
    public var architecture: String
    /// The variant of the architecture; empty for its usual one.
    public var variant: String
    /// The version of the operating system; only Windows images have one.
    public var osVersion: String?
    /// Features that the operating system must have; only Windows images have some.
    public var osFeatures: [String]?

    /// Makes a platform in its usual spelling, as ``init(_:)`` does.
    public init(os: String, architecture: String, variant: String = "") {
        self.os = os.lowercased()
        (self.architecture, self.variant) = Self.usual(architecture.lowercased(), variant.lowercased())
    }

    /// Reads `os/architecture[/variant]` and brings it into its usual spelling: `linux/aarch64/v8` is `linux/arm64`.
    /// - Throws: `invalidPlatform`.
    public init(_ text: String) throws(OCIError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy(Self.isWord) else {
            throw OCIError(
                .invalidPlatform, "'\(text)' is not a platform: write os/architecture[/variant], as in linux/amd64")
        }
        self.init(
            os: String(parts[0]), architecture: String(parts[1]), variant: parts.count == 3 ? String(parts[2]) : "")
    }

    private static func isWord(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 32
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The one spelling of an architecture and its variant, by containerd's table (platforms, "Normalization").
    private static func usual(_ architecture: String, _ variant: String) -> (String, String) {
        switch (architecture, variant) {
        case ("x86_64", "v1"), ("x86-64", "v1"), ("amd64", "v1"): ("amd64", "")
        case ("x86_64", _), ("x86-64", _): ("amd64", variant)
        case ("i386", _), ("i486", _), ("i586", _), ("i686", _): ("386", "")
        case ("aarch64", "8"), ("aarch64", "v8"), ("arm64", "8"), ("arm64", "v8"): ("arm64", "")
        case ("aarch64", _): ("arm64", variant)
        case ("armhf", _): ("arm", "v7")
        case ("armel", _): ("arm", "v6")
        case ("arm", ""), ("arm", "7"): ("arm", "v7")
        case ("arm", "5"), ("arm", "6"), ("arm", "8"): ("arm", "v" + variant)
        default: (architecture, variant)
        }
    }
}

extension Platform: CustomStringConvertible {
    /// `os/architecture[/variant]`.
    public var description: String { "\(os)/\(architecture)" + (variant.isEmpty ? "" : "/\(variant)") }
}

extension Platform {
    /// The position of the one of `candidates` that suits this platform best; `nil` when none can run on it. The same
    /// variant comes before lesser ones, the first before later ones.
    public func best(of candidates: [Platform?]) -> Int? {
        for variant in variantsThatRun {
            let wanted = (os, architecture, variant)
            let position = candidates.firstIndex { candidate in
                candidate.map { ($0.os, $0.architecture, $0.variant) == wanted } ?? false
            }
            if let position { return position }
        }
        return nil
    }

    /// The variants whose programs run on this platform, the best first.
    private var variantsThatRun: [String] {
        switch (architecture, variant) {
        case ("arm", "v8"): ["v8", "v7", "v6", "v5"]
        case ("arm", "v7"): ["v7", "v6", "v5"]
        case ("arm", "v6"): ["v6", "v5"]
        case ("amd64", "v4"): ["v4", "v3", "v2", ""]
        case ("amd64", "v3"): ["v3", "v2", ""]
        case ("amd64", "v2"): ["v2", ""]
        case ("arm64", let variant) where !variant.isEmpty: [variant, ""]
        default: [variant]
        }
    }
}

extension Platform: Codable {
    private enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

    /// Reads the JSON form and brings it into its usual spelling.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            os: try container.decodeIfPresent(String.self, forKey: .os) ?? "",
            architecture: try container.decodeIfPresent(String.self, forKey: .architecture) ?? "",
            variant: try container.decodeIfPresent(String.self, forKey: .variant) ?? "")
        osVersion = try container.decodeIfPresent(String.self, forKey: .osVersion)
        osFeatures = try container.decodeIfPresent([String].self, forKey: .osFeatures)
    }

    /// Writes the JSON form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(os, forKey: .os)
        try container.encode(architecture, forKey: .architecture)
        if !variant.isEmpty { try container.encode(variant, forKey: .variant) }
        try container.encodeIfPresent(osVersion, forKey: .osVersion)
        try container.encodeIfPresent(osFeatures, forKey: .osFeatures)
    }
}
