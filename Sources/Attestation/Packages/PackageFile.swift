/// The files that tell which packages an image has, by where they are.
public enum PackageFile: Hashable, Sendable {
    /// What dpkg has installed: one file, or one for each package.
    case debianStatus
    /// What apk has installed.
    case alpineInstalled
    /// A Python package.
    case pythonMetadata
    /// A package of Node.js.
    case nodeManifest

    /// What the file at `path` of an image is, from the root without a slash; `nil` for all others.
    public init?(_ path: [ArraySlice<UInt8>]) {
        guard let name = path.last.map(Self.text) else { return nil }
        let directory = path.dropLast()
        switch name {
        case "status" where directory.map(Self.text) == ["var", "lib", "dpkg"]: self = .debianStatus
        case "installed" where [["lib", "apk", "db"], ["usr", "lib", "apk", "db"]].contains(directory.map(Self.text)):
            self = .alpineInstalled
        case "METADATA" where directory.last.map(Self.text)?.hasSuffix(".dist-info") == true: self = .pythonMetadata
        case "PKG-INFO" where directory.last.map(Self.text)?.hasSuffix(".egg-info") == true: self = .pythonMetadata
        case "package.json":
            guard let owner = directory.last.map(Self.text) else { return nil }
            let above = directory.dropLast().suffix(2).map(Self.text)
            // node_modules/NAME, node_modules/@SCOPE/NAME
            let isPackage = above.last == "node_modules" || above.first == "node_modules" && above.last?.first == "@"
            guard isPackage, owner.first != "@", owner.first != "." else { return nil }
            self = .nodeManifest
        default:
            guard directory.map(Self.text) == ["var", "lib", "dpkg", "status.d"], !name.hasSuffix(".md5sums") else {
                return nil
            }
            self = .debianStatus
        }
    }

    /// The packages that a file of this kind names.
    public func packages(_ bytes: [UInt8]) -> [InstalledPackage] {
        switch self {
        case .debianStatus: InstalledPackage.debian(status: bytes)
        case .alpineInstalled: InstalledPackage.alpine(installed: bytes)
        case .pythonMetadata: InstalledPackage.python(metadata: bytes).map { [$0] } ?? []
        case .nodeManifest: InstalledPackage.node(manifest: bytes).map { [$0] } ?? []
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
