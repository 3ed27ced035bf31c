public import Chunking

/// The packages of an image as an SPDX document (SPDX 2.3, ISO/IEC 5962).
public struct PackageList: Encodable, Sendable {
    /// The media type of the document.
    public static let mediaType = "application/spdx+json"

    struct CreationInfo: Encodable, Sendable {
        let created: String
        let creators: [String]
    }

    struct Reference: Encodable, Sendable {
        let referenceCategory: String
        let referenceType: String
        let referenceLocator: String
    }

    struct Package: Encodable, Sendable {
        let SPDXID: String
        let name: String
        var versionInfo: String?
        let downloadLocation = "NOASSERTION"
        let filesAnalyzed = false
        let licenseConcluded = "NOASSERTION"
        /// Only what SPDX can parse may stand here: what packages say stands in `licenseComments`.
        let licenseDeclared = "NOASSERTION"
        var licenseComments: String?
        let copyrightText = "NOASSERTION"
        var primaryPackagePurpose: String?
        var sourceInfo: String?
        var externalRefs: [Reference]?
    }

    struct Relationship: Encodable, Sendable {
        let spdxElementId: String
        let relationshipType: String
        let relatedSpdxElement: String
    }

    let spdxVersion = "SPDX-2.3"
    let dataLicense = "CC0-1.0"
    let SPDXID = "SPDXRef-DOCUMENT"
    let name: String
    let documentNamespace: String
    let creationInfo: CreationInfo
    let packages: [Package]
    let relationships: [Relationship]

    /// Lists `packages`, each once and in order, of an image.
    /// - Parameters:
    ///   - name: the repository of the image.
    ///   - image: the digest of its manifest.
    ///   - created: when the list was made, as in `2026-11-30T12:00:00Z`.
    ///   - tool: who made it, as in `larder-0.1.0`.
    public init(
        _ packages: [InstalledPackage], in distribution: Distribution?, name: String, image: Digest, created: String,
        tool: String
    ) {
        let root = "SPDXRef-image"
        self.name = "\(name)@\(image)"
        documentNamespace = "urn:larder:spdx:\(image)"
        creationInfo = CreationInfo(created: created, creators: ["Tool: \(tool)"])
        var listed = [Package(SPDXID: root, name: name, versionInfo: "\(image)", primaryPackagePurpose: "CONTAINER")]
        var relationships = [
            Relationship(spdxElementId: SPDXID, relationshipType: "DESCRIBES", relatedSpdxElement: root)
        ]
        for (number, package) in Set(packages).sorted().enumerated() {
            let id = "SPDXRef-\(package.manager.rawValue)-\(number + 1)"
            let locator = PackageURL(package, in: distribution).description
            listed.append(
                Package(
                    SPDXID: id, name: package.name, versionInfo: package.version,
                    licenseComments: package.license.map { "The package says: \($0)" },
                    sourceInfo: package.source.map { "built from the source package \($0)" },
                    externalRefs: [
                        Reference(
                            referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: locator)
                    ]))
            relationships.append(
                Relationship(spdxElementId: root, relationshipType: "CONTAINS", relatedSpdxElement: id))
        }
        self.packages = listed
        self.relationships = relationships
    }
}
