extension InstalledPackage {
    /// The packages that a database of rpm has (`rpmdb.sqlite`; rpm 4.16 and later, as in Fedora 33 and RHEL 9), but for those that are
    /// only the keys of vendors. The version is `epoch:version-release`, as rpm writes it. O(n).
    /// - Throws: when the database is damaged, or none.
    public static func rpm(database bytes: [UInt8]) throws(AttestationError) -> [InstalledPackage] {
        var packages: [InstalledPackage] = []
        // The number of the package, and its header.
        try DatabaseFile(bytes).forEachRow(of: "Packages") { row throws(AttestationError) in
            guard row.count == 2, case .bytes(let blob) = row[1] else {
                throw AttestationError("its table `Packages` has no headers of packages")
            }
            if let package = InstalledPackage(try PackageHeader(blob)) { packages.append(package) }
        }
        return packages
    }

    private init?(_ header: PackageHeader) {
        guard let name = header[.name], let version = header[.version], name != "gpg-pubkey" else { return nil }
        let source = header[.sourcePackage].map(Self.sourceName)
        self.init(
            .rpm, name: name,
            version: (header.epoch.map { "\($0):" } ?? "") + version + (header[.release].map { "-\($0)" } ?? ""),
            architecture: header[.architecture], source: source == name ? nil : source, license: header[.license])
    }

    /// The name in `NAME-VERSION-RELEASE.src.rpm`.
    private static func sourceName(_ file: String) -> String {
        let parts = file.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count > 2 ? parts.dropLast(2).joined(separator: "-") : file
    }
}
