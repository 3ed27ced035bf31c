/// A component of a repository's name, as a project's name is one: lower-case letters and digits, with single `.`, `_`, `__` or
/// any number of `-` between them (OCI distribution-spec 1.1, "Pulling manifests").
public enum NameComponent {
    /// Whether `text` is one.
    public static func isValid(_ text: Substring.UTF8View) -> Bool {
        var separators: [UInt8] = []
        var sawCharacter = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard separators.isEmpty || (sawCharacter && isSeparator(separators)) else { return false }
                separators = []
                sawCharacter = true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                separators.append(byte)
            default: return false
            }
        }
        return sawCharacter && separators.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "."): bytes.count == 1
        case UInt8(ascii: "_"): bytes.count <= 2 && bytes.allSatisfy { $0 == UInt8(ascii: "_") }
        default: bytes.allSatisfy { $0 == UInt8(ascii: "-") }
        }
    }
}
