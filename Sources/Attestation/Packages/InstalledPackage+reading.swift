internal import FoundationEssentials
internal import OCI

extension InstalledPackage {
    /// The packages that a status file of dpkg lists as installed (deb-control(5), dpkg(1)); a file of `status.d`, as images
    /// without a package manager have them, has no field for the state. O(n).
    public static func debian(status bytes: [UInt8]) -> [InstalledPackage] {
        FieldText(bytes).compactMap { fields in
            guard let name = value(fields["package"]), let version = value(fields["version"]) else { return nil }
            if let state = fields["status"], state.split(separator: " ").last != "installed" { return nil }
            // `Source: name (version)`
            let source = fields["source"]?.split(separator: " ").first.map(String.init)
            return InstalledPackage(
                .deb, name: name, version: version, architecture: value(fields["architecture"]),
                source: source == name ? nil : source)
        }
    }

    /// The packages that apk's database lists (apk-tools: `lib/apk/db/installed`, one letter and a colon before each value).
    /// O(n).
    public static func alpine(installed bytes: [UInt8]) -> [InstalledPackage] {
        var packages: [InstalledPackage] = []
        var fields: [UInt8: String] = [:]
        func end() {
            defer { fields = [:] }
            guard let name = value(fields[UInt8(ascii: "P")]), let version = value(fields[UInt8(ascii: "V")]) else {
                return
            }
            let origin = value(fields[UInt8(ascii: "o")])
            packages.append(
                InstalledPackage(
                    .apk, name: name, version: version, architecture: value(fields[UInt8(ascii: "A")]),
                    source: origin == name ? nil : origin, license: value(fields[UInt8(ascii: "L")])))
        }
        for line in TextLines(bytes) {
            if line.isEmpty { end() }
            guard line.count > 2, line[line.startIndex + 1] == UInt8(ascii: ":"), let letter = line.first,
                fields[letter] == nil
            else { continue }
            fields[letter] = String(decoding: line.dropFirst(2), as: UTF8.self)
        }
        end()
        return packages
    }

    /// The package whose metadata a file named `METADATA` or `PKG-INFO` is (PyPA, "Core metadata specifications"). O(n).
    public static func python(metadata bytes: [UInt8]) -> InstalledPackage? {
        var paragraphs = FieldText(bytes)
        guard let fields = paragraphs.next(), let name = value(fields["name"]),
            let version = value(fields["version"])
        else { return nil }
        let license = value(fields["license-expression"]) ?? value(fields["license"])
        return InstalledPackage(.pypi, name: name, version: version, license: license)
    }

    /// The package that a `package.json` describes (npm docs, "package.json"); `nil` for one that has no name or version, as
    /// those that are only there for `type` have.
    public static func node(manifest bytes: [UInt8]) -> InstalledPackage? {
        guard let fields = try? JSONDocument.value(NodeFields.self, in: bytes), let name = value(fields.name),
            let version = value(fields.version)
        else { return nil }
        return InstalledPackage(.npm, name: name, version: version, license: value(fields.license))
    }

    /// What counts of a `package.json`; fields of other types than they should have count as absent.
    private struct NodeFields: Decodable {
        var name: String?
        var version: String?
        var license: String?

        private enum CodingKeys: String, CodingKey {
            case name, version, license
        }

        /// As old packages have it.
        private struct License: Decodable {
            var type: String
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            name = try? fields.decode(String.self, forKey: .name)
            version = try? fields.decode(String.self, forKey: .version)
            license =
                (try? fields.decode(String.self, forKey: .license))
                ?? (try? fields.decode(License.self, forKey: .license))?.type
        }
    }

    private static func value(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
