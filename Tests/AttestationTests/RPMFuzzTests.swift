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

    @Test("Headers of packages")
    func header() throws {
        let sample = SampleHeader([.name: "bash", .version: "5.2", .release: "1", .license: "GPL"], epoch: 1).bytes
        try Fuzzing("rpm header", [sample]).run(inputs: 3000) { bytes, _ in
            (try? PackageHeader(bytes[...])) != nil
        }
    }
}
