/// The files that tell which packages an image has, by where they are.
public enum PackageFile: Hashable, Sendable {
    /// What dpkg has installed: one file, or one for each package.
    case debianStatus
    /// What apk has installed.
    case alpineInstalled
    /// What rpm has installed.
    case rpmDatabase
    /// Changes to ``rpmDatabase`` that are not in it yet, when it is not empty.
    case rpmLog
    /// What rpm has installed, in one of the forms from before SQLite.
    case rpmOlder
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
        case "rpmdb.sqlite" where Self.isRPM(directory): self = .rpmDatabase
        case "rpmdb.sqlite-wal" where Self.isRPM(directory): self = .rpmLog
        case "Packages" where Self.isRPM(directory), "Packages.db" where Self.isRPM(directory): self = .rpmOlder
        default:
            guard directory.map(Self.text) == ["var", "lib", "dpkg", "status.d"], !name.hasSuffix(".md5sums") else {
                return nil
            }
            self = .debianStatus
        }
    }

    /// The longest such file that is read: of what is real the largest has some megabytes, rpm's database a hundred. Bytes.
    public var bytesMaximum: Int {
        switch self {
        case .rpmDatabase, .rpmLog, .rpmOlder: 256 << 20
        case .debianStatus, .alpineInstalled: 32 << 20
        case .pythonMetadata, .nodeManifest: 8 << 20
        }
    }

    /// The packages that a file of this kind names.
    /// - Throws: when it is one that cannot be read; those of text never are.
    public func packages(_ bytes: [UInt8]) throws(AttestationError) -> [InstalledPackage] {
        switch self {
        case .debianStatus: InstalledPackage.debian(status: bytes)
        case .alpineInstalled: InstalledPackage.alpine(installed: bytes)
        case .rpmDatabase: try InstalledPackage.rpm(database: bytes)
        case .rpmLog where bytes.isEmpty: []
        case .rpmLog: throw AttestationError("it has changes that rpm has not put into its database yet")
        case .rpmOlder:
            throw AttestationError(
                "it is in a form of rpm from before SQLite; `rpm --rebuilddb` of a later rpm converts it")
        case .pythonMetadata: InstalledPackage.python(metadata: bytes).map { [$0] } ?? []
        case .nodeManifest: InstalledPackage.node(manifest: bytes).map { [$0] } ?? []
        }
    }

    /// As in Fedora and RHEL, and as in images whose system is read-only.
    private static func isRPM(_ directory: ArraySlice<ArraySlice<UInt8>>) -> Bool {
        [["var", "lib", "rpm"], ["usr", "lib", "sysimage", "rpm"], ["usr", "share", "rpm"]]
            .contains(directory.map(Self.text))
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
