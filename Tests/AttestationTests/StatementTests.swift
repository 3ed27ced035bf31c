import Attestation
import Chunking
import FoundationEssentials
import Testing

@Suite("What is stated about an image")
struct StatementTests {
    @Test(
        "Packages have the names that all tools know",
        arguments: [
            (
                InstalledPackage(.deb, name: "libstdc++6", version: "12.2.0-14+deb12u1", architecture: "amd64"),
                "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12"
            ),
            (InstalledPackage(.deb, name: "a", version: "1:2"), "pkg:deb/debian/a@1%3A2?distro=debian-12"),
            (InstalledPackage(.pypi, name: "Flask_Login", version: "0.6.3"), "pkg:pypi/flask-login@0.6.3"),
            (InstalledPackage(.npm, name: "@types/node", version: "20.1.0"), "pkg:npm/%40types/node@20.1.0"),
            (InstalledPackage(.npm, name: "left-pad", version: "1.3.0"), "pkg:npm/left-pad@1.3.0"),
        ])
    func names(package: InstalledPackage, name: String) {
        #expect(PackageURL(package, in: Distribution(id: "debian", version: "12")).description == name)
    }

    @Test("Without an os-release the manager says what distribution it is")
    func unknownDistribution() {
        let package = InstalledPackage(.apk, name: "musl", version: "1", architecture: "x86_64")
        #expect(PackageURL(package, in: nil).description == "pkg:apk/alpine/musl@1?arch=x86_64")
    }

    private struct Read: Decodable {
        struct Package: Decodable { var SPDXID, name: String }
        struct Relationship: Decodable { var spdxElementId, relationshipType, relatedSpdxElement: String }
        var spdxVersion: String
        var documentNamespace: String
        var packages: [Package]
        var relationships: [Relationship]
    }

    @Test(
        "The list has each package once, in an order that does not depend on where it was found, and the image that has them"
    )
    func list() throws {
        let packages = [
            InstalledPackage(.pypi, name: "b", version: "1"), InstalledPackage(.deb, name: "z", version: "1"),
            InstalledPackage(.pypi, name: "b", version: "1"), InstalledPackage(.deb, name: "a", version: "2"),
        ]
        func written(_ packages: [InstalledPackage]) throws -> Data {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(
                PackageList(
                    packages, in: nil, name: "shop/api", image: Digest(hashing: [1]), created: "2026-11-30T12:00:00Z",
                    tool: "larder-1"))
        }
        let data = try written(packages)
        #expect(try written(packages.reversed()) == data)
        let read = try JSONDecoder().decode(Read.self, from: data)
        #expect(read.spdxVersion == "SPDX-2.3")
        #expect(read.packages.map(\.name) == ["shop/api", "a", "z", "b"])
        #expect(Set(read.packages.map(\.SPDXID)).count == 4)
        #expect(
            read.relationships.map { "\($0.spdxElementId) \($0.relationshipType) \($0.relatedSpdxElement)" } == [
                "SPDXRef-DOCUMENT DESCRIBES SPDXRef-image", "SPDXRef-image CONTAINS SPDXRef-deb-1",
                "SPDXRef-image CONTAINS SPDXRef-deb-2", "SPDXRef-image CONTAINS SPDXRef-pypi-3",
            ])
    }
}
