/// The name of a package that is the same for all tools (package-url specification, "purl").
public struct PackageURL: Hashable, Sendable, CustomStringConvertible {
    /// As in `pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12`.
    public let description: String

    /// Names a package of an image of `distribution`.
    public init(_ package: InstalledPackage, in distribution: Distribution?) {
        var parts = ["pkg:\(package.manager.rawValue)"]
        var qualifiers: [String] = []
        var name = package.name
        var version = package.version
        switch package.manager {
        case .deb, .apk:
            parts.append(
                Self.escaped((distribution?.id ?? (package.manager == .deb ? "debian" : "alpine")).lowercased()))
            if let architecture = package.architecture { qualifiers.append("arch=" + Self.escaped(architecture)) }
            if let distribution, let version = distribution.version {
                qualifiers.append("distro=" + Self.escaped("\(distribution.id)-\(version)"))
            }
        case .rpm:
            if let distribution { parts.append(Self.escaped(distribution.id.lowercased())) }
            if let architecture = package.architecture { qualifiers.append("arch=" + Self.escaped(architecture)) }
            if let distribution, let version = distribution.version {
                qualifiers.append("distro=" + Self.escaped("\(distribution.id)-\(version)"))
            }
            if let colon = version.firstIndex(of: ":") {
                qualifiers.append("epoch=" + Self.escaped(String(version[..<colon])))
                version = String(version[version.index(after: colon)...])
            }
        case .pypi:
            // PyPA, "Name normalization", which a purl has in a simpler form.
            name = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
        case .npm:
            if name.first == "@", let slash = name.firstIndex(of: "/") {
                parts.append(Self.escaped(String(name[..<slash])))
                name = String(name[name.index(after: slash)...])
            }
        }
        parts.append(Self.escaped(name) + "@" + Self.escaped(version))
        description = parts.joined(separator: "/") + (qualifiers.isEmpty ? "" : "?" + qualifiers.joined(separator: "&"))
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
