import Attestation
import TestSupport
import Testing

@Suite("What package managers note is read")
struct PackageReadingTests {
    @Test("dpkg: what is installed, not what is only configured or removed; with its source package")
    func debian() {
        let status = """
            Package: libc6
            Status: install ok installed
            Source: glibc
            Version: 2.36-9+deb12u10
            Architecture: amd64
            Description: GNU C Library
             Package: no field, this line goes on

            Package: removed
            Status: deinstall ok config-files
            Version: 1

            Package: bash
            Status: install ok installed
            Source: bash (5.2.15-2)
            Version: 5.2.15-2+b2
            Architecture: amd64
            """
        #expect(
            InstalledPackage.debian(status: Array(status.utf8)) == [
                InstalledPackage(
                    .deb, name: "libc6", version: "2.36-9+deb12u10", architecture: "amd64", source: "glibc"),
                InstalledPackage(.deb, name: "bash", version: "5.2.15-2+b2", architecture: "amd64"),
            ])
        let alone = "Package: base-files\r\nVersion: 12.4\r\nArchitecture: arm64\r\n"
        #expect(
            InstalledPackage.debian(status: Array(alone.utf8)) == [
                InstalledPackage(.deb, name: "base-files", version: "12.4", architecture: "arm64")
            ])
    }

    @Test("apk: one letter a field, one paragraph a package")
    func alpine() {
        let installed = """
            C:Q1abc=
            P:musl
            V:1.2.5-r0
            A:x86_64
            L:MIT
            o:musl
            F:lib
            R:ld-musl-x86_64.so.1

            P:libcrypto3
            V:3.3.1-r0
            A:x86_64
            o:openssl
            L:Apache-2.0

            """
        #expect(
            InstalledPackage.alpine(installed: Array(installed.utf8)) == [
                InstalledPackage(.apk, name: "musl", version: "1.2.5-r0", architecture: "x86_64", license: "MIT"),
                InstalledPackage(
                    .apk, name: "libcrypto3", version: "3.3.1-r0", architecture: "x86_64", source: "openssl",
                    license: "Apache-2.0"),
            ])
    }

    @Test("pip: the fields before the first empty line")
    func python() {
        let metadata = """
            Metadata-Version: 2.4
            Name: Flask_Login
            Version: 0.6.3
            License-Expression: MIT

            Version: not this one
            """
        #expect(
            InstalledPackage.python(metadata: Array(metadata.utf8))
                == InstalledPackage(.pypi, name: "Flask_Login", version: "0.6.3", license: "MIT"))
        #expect(InstalledPackage.python(metadata: Array("Name: a\n".utf8)) == nil)
    }

    @Test(
        "npm: whatever form the license has; what is no package is none",
        arguments: [
            (#"{"name":"@types/node","version":"20.1.0","license":"MIT"}"#, "@types/node 20.1.0 MIT"),
            (#"{"name":"old","version":"1.0.0","license":{"type":"BSD","url":"x"}}"#, "old 1.0.0 BSD"),
            (#"{"name":"a","version":"1.0.0","license":[1]}"#, "a 1.0.0 -"),
            (#"{"type":"module"}"#, nil), (#"{"name":1,"version":"1"}"#, nil), ("[]", nil), ("", nil), ("{", nil),
        ])
    func node(text: String, expected: String?) {
        let found = InstalledPackage.node(manifest: Array(text.utf8))
        #expect(found.map { "\($0.name) \($0.version) \($0.license ?? "-")" } == expected)
    }

    @Test(
        "Files are known by where they are",
        arguments: [
            ("var/lib/dpkg/status", PackageFile.debianStatus), ("var/lib/dpkg/status.d/base", .debianStatus),
            ("lib/apk/db/installed", .alpineInstalled), ("usr/lib/apk/db/installed", .alpineInstalled),
            ("var/lib/rpm/rpmdb.sqlite", .rpmDatabase), ("usr/lib/sysimage/rpm/rpmdb.sqlite-wal", .rpmLog),
            ("usr/share/rpm/rpmdb.sqlite", .rpmDatabase), ("var/lib/rpm/Packages", .rpmOlder),
            ("usr/lib/sysimage/rpm/Packages.db", .rpmOlder),
            ("opt/venv/lib/python3.11/site-packages/flask-3.1.1.dist-info/METADATA", .pythonMetadata),
            ("usr/lib/python3/dist-packages/six.egg-info/PKG-INFO", .pythonMetadata),
            ("app/node_modules/left-pad/package.json", .nodeManifest),
            ("app/node_modules/@types/node/package.json", .nodeManifest),
            ("app/node_modules/a/node_modules/b/package.json", .nodeManifest),
        ])
    func files(path: String, kind: PackageFile) {
        #expect(PackageFile(path.utf8.split(separator: UInt8(ascii: "/")).map { ArraySlice($0) }) == kind)
    }

    @Test(
        "Others are not",
        arguments: [
            "", "status", "lib/dpkg/status", "a/var/lib/dpkg/status", "var/lib/dpkg/status.d/base.md5sums", "METADATA",
            "a/METADATA", "app/package.json", "app/node_modules/a/lib/package.json",
            "app/node_modules/.bin/package.json", "srv/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite-shm",
            "var/lib/Packages",
            "app/node_modules/package.json", "app/node_modules/@types/package.json",
        ])
    func otherFiles(path: String) {
        #expect(PackageFile(path.utf8.split(separator: UInt8(ascii: "/")).map { ArraySlice($0) }) == nil)
    }

    @Test("The distribution of an image, with quotes or without")
    func distribution() {
        let text = "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n"
        #expect(Distribution(osRelease: Array(text.utf8)) == Distribution(id: "debian", version: "12"))
        #expect(Distribution(osRelease: Array("ID='arch'\n".utf8)) == Distribution(id: "arch", version: nil))
        #expect(Distribution(osRelease: Array("NAME=x\n".utf8)) == nil)
    }

    @Test("No bytes stop a reader", arguments: seeds)
    func anyBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("PVALo:Package: Version: 1\n\n {}[]\",\\@/\r\t\u{0}é".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            for kind in [PackageFile.debianStatus, .alpineInstalled, .pythonMetadata, .nodeManifest] {
                for package in try kind.packages(bytes) { #expect(!package.name.isEmpty && !package.version.isEmpty) }
            }
            _ = Distribution(osRelease: bytes)
        }
    }
}
