/// `os/arch[/variant]` in the canonical spelling of containerd's `platforms` package.
struct Platform: Hashable, Sendable, CustomStringConvertible {
    let system: String
    let architecture: String
    /// Empty for the architecture's usual one.
    let variant: String

    /// Parses a platform; a single word is an operating system or an architecture. `nil` if it is none.
    /// - Parameter usual: completes a single word.
    init?(_ text: String, usual: Platform?) {
        let parts = text.lowercased().utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard (1...3).contains(parts.count), parts.allSatisfy(Self.isWord) else { return nil }
        if parts.count == 1 {
            let systems = ["linux", "windows", "darwin", "freebsd"]
            let isSystem = systems.contains(parts[0])
            let (architecture, variant) = Self.canonical(isSystem ? usual?.architecture ?? "amd64" : parts[0], "")
            self.init(system: isSystem ? parts[0] : "linux", architecture: architecture, variant: variant)
        } else {
            let (architecture, variant) = Self.canonical(parts[1], parts.count == 3 ? parts[2] : "")
            self.init(system: parts[0] == "macos" ? "darwin" : parts[0], architecture: architecture, variant: variant)
        }
    }

    private init(system: String, architecture: String, variant: String) {
        self.system = system
        self.architecture = architecture
        self.variant = variant
    }

    var description: String { "\(system)/\(architecture)\(variant.isEmpty ? "" : "/\(variant)")" }

    private static func canonical(_ architecture: String, _ variant: String) -> (String, String) {
        switch architecture {
        case "i386": return ("386", "")
        case "x86_64", "x86-64", "amd64": return ("amd64", variant == "v1" ? "" : variant)
        case "aarch64", "arm64": return ("arm64", variant == "8" || variant == "v8" ? "" : variant)
        case "armhf": return ("arm", "v7")
        case "armel": return ("arm", "v6")
        case "arm" where variant.isEmpty: return ("arm", "v7")
        case "arm" where variant.utf8.count == 1: return ("arm", "v\(variant)")
        default: return (architecture, variant)
        }
    }

    private static func isWord(_ part: String) -> Bool {
        !part.isEmpty
            && part.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("0"..."9").contains($0) || "_.-".unicodeScalars.contains($0)
            }
    }
}
