import TestSupport
import Testing

@testable import Attestation

@Suite("What rpm notes is read")
struct RPMTests {
    /// The real thing: packages that rpmbuild makes, installed by rpm, and listed by it.
    @Test(
        "A database that rpm made, with so many packages that it has pages of every kind",
        .enabled(if: hasProgram("rpmbuild"), "there is no rpmbuild: install rpm"))
    func real() throws {
        let directory = try TemporaryDirectory()
        let output = try shell(
            """
            {
                printf 'Name: shop\\nVersion: 1.4\\nRelease: 3\\nEpoch: 2\\nSummary: s\\nLicense: MIT\\nBuildArch: noarch\\n%%description\\nd\\n%%files\\n'
                for number in $(seq 150); do
                    printf '%%package -n shop-tool%s\\nSummary: s\\nLicense: GPL-2.0-or-later AND MIT\\n' $number
                    # A header that goes on over many pages.
                    printf '%%description -n shop-tool%s\\n' $number
                    head -c $((number * 100)) /dev/zero | tr '\\0' x | fold; echo
                    printf '%%files -n shop-tool%s\\n' $number
                done
            } >shop.spec
            rpmbuild -bb --quiet --define "_topdir $PWD/top" shop.spec >/dev/null 2>&1
            mkdir root
            rpm --root "$PWD/root" --dbpath /var/lib/rpm --define '_db_backend sqlite' --install --nodeps top/RPMS/noarch/*.rpm 2>/dev/null
            rpm --root "$PWD/root" --dbpath /var/lib/rpm --define '_db_backend sqlite' --erase --nodeps shop-tool7 2>/dev/null
            rpm --root "$PWD/root" --dbpath /var/lib/rpm --define '_db_backend sqlite' --query --all \\
                --queryformat '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{LICENSE}\\n' 2>/dev/null
            """, in: directory)
        let expected = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
        #expect(expected.count == 150 && expected.contains("shop 2:1.4-3 noarch MIT"))
        let bytes = try shell("cat root/var/lib/rpm/rpmdb.sqlite", in: directory)
        let packages = try PackageFile.rpmDatabase.packages(bytes)
        #expect(
            packages.map { "\($0.name) \($0.version) \($0.architecture ?? "-") \($0.license ?? "-")" }.sorted()
                == expected)
        #expect(packages.allSatisfy { $0.source == ($0.name == "shop" ? nil : "shop") })
    }

    @Test(
        "Databases of all sizes of pages are read as SQLite reads them", .enabled(if: hasProgram("python3")),
        arguments: [512, 4096, 65_536])
    func pages(size: Int) throws {
        let directory = try TemporaryDirectory()
        let output = try shell(
            """
            python3 - <<'END'
            import random, sqlite3
            random.seed(\(size))
            base = sqlite3.connect("base")
            base.execute("pragma page_size = \(size)")
            base.execute("pragma auto_vacuum = full")
            base.execute("create table other (a)")
            base.execute("create table Packages (hnum integer primary key, a, blob blob)")
            integers = [0, 1, -1, 127, -128, 32767, -32768, 8388607, -8388608, 2**31 - 1, 2**47 - 1, -2**47, 2**63 - 1, -2**63]
            for number in range(400):
                blob = random.randbytes(random.choice([0, 1, 30, 400, 500, 4000, 70000]) + random.randrange(40))
                base.execute("insert into Packages values (?, ?, ?)", (number * 3, integers[number % len(integers)], blob))
                base.execute("insert into other values (?)", (blob[:100],))
            base.execute("delete from Packages where hnum % 7 == 0")
            base.execute("insert into Packages values (2000000000, 1.5, null)")
            base.commit()
            for a, blob in base.execute("select a, blob from Packages order by hnum"):
                print(a, "-" if blob is None else blob.hex()[:200], -1 if blob is None else len(blob))
            END
            """, in: directory)
        var lines: [String] = []
        let database = try DatabaseFile(try shell("cat base", in: directory))
        try database.forEachRow(of: "Packages") { row throws(AttestationError) in
            #expect(row.count == 3 && row[0] == .null)
            var words: [String] = []
            if case .integer(let number) = row[1] { words.append("\(number)") } else { words.append("1.5") }
            if case .bytes(let bytes) = row[2] {
                let digits = bytes.prefix(100).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                words += [digits, "\(bytes.count)"]
            } else {
                words += ["-", "-1"]
            }
            lines.append(words.joined(separator: " "))
        }
        #expect(lines == String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init))
        #expect(lines.count > 300)
        #expect(throws: AttestationError.self) { try database.forEachRow(of: "packages") { _ in } }
    }

    @Test("Of a header what counts is taken, and keys of vendors are no packages")
    func header() throws {
        let blob = SampleHeader([
            .name: "bash", .version: "5.2", .release: "1.fc40", .license: "", .architecture: "x86_64",
        ]).bytes
        let header = try PackageHeader(blob[...])
        #expect(header[.name] == "bash" && header[.license] == nil && header.epoch == nil)
        for count in 0..<blob.count {
            #expect(throws: AttestationError.self) { try PackageHeader(blob.prefix(count)) }
        }
    }

    @Test("What cannot be read says why", arguments: [PackageFile.rpmDatabase, .rpmLog, .rpmOlder])
    func refusals(file: PackageFile) throws {
        let error = try #require(throws: AttestationError.self) { try file.packages(Array("something else".utf8)) }
        #expect(error.description.hasPrefix("it "))
    }

    @Test("An empty log has nothing that the database lacks")
    func emptyLog() throws {
        #expect(try PackageFile.rpmLog.packages([]) == [])
    }

    @Test("The name of a package has the epoch apart, and the distribution if that is known")
    func names() {
        let package = InstalledPackage(.rpm, name: "shadow-utils", version: "2:4.15.0-3.fc40", architecture: "x86_64")
        #expect(
            PackageURL(package, in: Distribution(id: "fedora", version: "40")).description
                == "pkg:rpm/fedora/shadow-utils@4.15.0-3.fc40?arch=x86_64&distro=fedora-40&epoch=2")
        #expect(PackageURL(package, in: nil).description == "pkg:rpm/shadow-utils@4.15.0-3.fc40?arch=x86_64&epoch=2")
    }
}
