import TestSupport
import Testing

@testable import Attestation

@Suite("Damaged databases of rpm")
struct RPMFuzzTests {
    @Test("give packages or say what is wrong, and never more than they have", .enabled(if: hasProgram("python3")))
    func database() throws {
        let directory = try TemporaryDirectory()
        let headers = (0..<12).map { number in
            SampleHeader(
                [
                    .name: "tool\(number)", .version: "1.\(number)", .release: "1", .architecture: "noarch",
                    .license: String(repeating: "MIT ", count: number * 60), .sourcePackage: "tool-1-1.src.rpm",
                ], epoch: number % 2 == 0 ? 1 : nil)
        }
        let hex = headers.map { $0.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        let sample = try shell(
            """
            python3 - <<'END'
            import sqlite3
            base = sqlite3.connect("base")
            base.execute("pragma page_size = 512")
            base.execute("create table Packages (hnum integer primary key autoincrement, blob blob not null)")
            for text in "\(hex.joined(separator: " "))".split():
                base.execute("insert into Packages (blob) values (?)", (bytes.fromhex(text),))
            base.commit()
            END
            cat base
            """, in: directory)
        #expect(try InstalledPackage.rpm(database: sample).count == 12)
        try Fuzzing("rpm database", [sample], words: ["Packages", "table", "SQLite format 3\0"]).run(inputs: 3000) {
            bytes, _ in
            guard let packages = try? InstalledPackage.rpm(database: bytes) else { return false }
            for package in packages { try Fuzzing.expect(!package.name.isEmpty && !package.version.isEmpty) }
            try Fuzzing.expect(packages.count <= bytes.count / 8)
            return true
        }
    }

    @Test("A row of more columns than SQLite knows is refused before it takes memory")
    func columns() throws {
        func page(_ offset: Int, _ cell: [UInt8]) -> [UInt8] {
            let place = 65_536 - cell.count
            var page = [UInt8](repeating: 0, count: 65_536)
            page.replaceSubrange(offset..<(offset + 5), with: [13, 0, 0, 0, 1])
            page.replaceSubrange((offset + 8)..<(offset + 10), with: [UInt8(place >> 8), UInt8(place & 0xff)])
            page.replaceSubrange(place..., with: cell)
            return page
        }
        var first = page(
            100, [28, 1, 6, 23, 29, 29, 1, 13] + Array("tablePackagesPackages".utf8) + [2])
        first.replaceSubrange(0..<18, with: Array("SQLite format 3\0".utf8) + [0, 1])
        // A row is its length, its number, and a header of so many bytes: each is the type of a value, none here.
        func row(_ columns: Int) -> [UInt8] {
            let count = columns + 3
            let length = [UInt8(count >> 14) | 0x80, UInt8(count >> 7 & 0x7f) | 0x80, UInt8(count & 0x7f)]
            return length + [1] + length + [UInt8](repeating: 0, count: columns)
        }
        func count(_ columns: Int) throws -> Int {
            var count = 0
            try DatabaseFile(first + page(0, row(columns))).forEachRow(of: "Packages") { count += $0.count }
            return count
        }
        #expect(try count(32_767) == 32_767)
        #expect(throws: AttestationError.self) { try count(32_768) }
    }

    @Test("A header whose texts are the same bytes many times is refused")
    func overlappingTexts() throws {
        func header(_ places: [UInt32], texts: Int) throws -> PackageHeader {
            let tags: [PackageHeader.Tag] = [.name, .version, .release]
            var bytes = SampleHeader.number(3) + SampleHeader.number(UInt32(texts * 100))
            for (tag, place) in zip(tags, places) {
                for number in [tag.rawValue, 6, place, 1] { bytes += SampleHeader.number(number) }
            }
            for _ in 0..<texts { bytes += [UInt8](repeating: UInt8(ascii: "a"), count: 99) + [0] }
            return try PackageHeader(bytes[...])
        }
        #expect(try header([0, 100, 200], texts: 3)[.release]?.utf8.count == 99)
        #expect(throws: AttestationError.self) { try header([0, 0, 0], texts: 1) }
    }

    @Test("Headers of packages")
    func header() throws {
        let sample = SampleHeader([.name: "bash", .version: "5.2", .release: "1", .license: "GPL"], epoch: 1).bytes
        try Fuzzing("rpm header", [sample]).run(inputs: 3000) { bytes, _ in
            (try? PackageHeader(bytes[...])) != nil
        }
    }
}
