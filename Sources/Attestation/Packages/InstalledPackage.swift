/// A package that is installed in an image.
public struct InstalledPackage: Hashable, Sendable {
    /// Who installed it.
    public enum Manager: String, Hashable, Sendable, CaseIterable {
        /// dpkg: Debian and what comes from it.
        case deb
        /// apk: Alpine.
        case apk
        /// rpm: Fedora, Red Hat, SUSE and what comes from them.
        case rpm
        /// Python packages, as pip installs them.
        case pypi
        /// Packages of Node.js.
        case npm
    }

    /// Who installed it.
    public var manager: Manager
    /// Its name; of npm with the scope, as in `@types/node`.
    public var name: String
    /// As the manager writes it.
    public var version: String
    /// What it is built for, as the manager names that; `nil` when it does not say.
    public var architecture: String?
    /// The source package that it is built from; `nil` when that has its name.
    public var source: String?
    /// The license that the package declares, as it words it; `nil` when it declares none.
    public var license: String?

    /// Makes a package.
    public init(
        _ manager: Manager, name: String, version: String, architecture: String? = nil, source: String? = nil,
        license: String? = nil
    ) {
        self.manager = manager
        self.name = name
        self.version = version
        self.architecture = architecture
        self.source = source
        self.license = license
    }
}

extension InstalledPackage: Comparable {
    /// By manager, name and version, so that lists of the same packages are equal.
    public static func < (left: InstalledPackage, right: InstalledPackage) -> Bool {
        (left.manager.rawValue, left.name, left.version, left.architecture ?? "")
            < (right.manager.rawValue, right.name, right.version, right.architecture ?? "")
    }
}
