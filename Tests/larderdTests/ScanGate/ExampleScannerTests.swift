import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// The rules and the scanners of `deploy/scan-gate`. In the place of Trivy and Grype stands a script that prints what their
/// documentation says that they print.
@Suite("Example scanners", .timeLimit(.minutes(5)))
struct ExampleScannerTests {
    private static let directory = FilePath(#filePath)
        .removingLastComponent().removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("deploy/scan-gate")

    private static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: directory.appending(name).string)), as: UTF8.self)
    }

    @Test("have rules that name what is there", arguments: ["trivy.json", "grype.json", "service.json"])
    func rules(_ name: String) throws {
        let rules = try ScanGateRules(parsing: Array(try Self.text(name).utf8))
        switch rules.scanner {
        case .command(let words):
            #expect(words.first == "/usr/local/bin/larder-judge-\(name.dropLast(".json".count))")
            let program = try #require(FilePath(words[0]).lastComponent)
            #expect(FileManager.default.isExecutableFile(atPath: Self.directory.appending(program).string))
        case .service(let service): #expect(service.origin == "https://scanner.example.com")
        }
    }

    private static let reports = [
        "trivy": [
            "bad": """
            {"SchemaVersion": 2, "ArtifactName": "layout", "Results": [
              {"Target": "layout (debian 12.5)", "Class": "os-pkgs", "Vulnerabilities": [
                {"VulnerabilityID": "CVE-2026-1", "PkgName": "libold", "Severity": "CRITICAL"},
                {"VulnerabilityID": "CVE-2026-2", "PkgName": "libold", "Severity": "HIGH"},
                {"VulnerabilityID": "CVE-2026-1", "PkgName": "libold-dev", "Severity": "CRITICAL"}]},
              {"Target": "package-lock.json", "Class": "lang-pkgs"}]}
            """,
            "good": """
            {"SchemaVersion": 2, "Results": [{"Target": "a", "Vulnerabilities": [{"VulnerabilityID": "CVE-2026-2", "Severity": "HIGH"}]}]}
            """, "empty": #"{"SchemaVersion": 2, "ArtifactName": "layout"}"#,
        ],
        "grype": [
            "bad": """
            {"matches": [
              {"vulnerability": {"id": "CVE-2026-1", "severity": "Critical", "fix": {"versions": ["1.3"], "state": "fixed"}}},
              {"vulnerability": {"id": "CVE-2026-2", "severity": "High", "fix": {"versions": [], "state": "not-fixed"}}}]}
            """,
            "good": """
            {"matches": [{"vulnerability": {"id": "CVE-2026-1", "severity": "Critical", "fix": {"versions": [], "state": "wont-fix"}}}]}
            """, "empty": #"{"matches": []}"#,
        ],
    ]

    /// Lends a server with the rules of `name`, whose scanner prints the file `report`.
    private func withScanner(_ name: String, _ body: @escaping @Sendable (GateLab) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let scanner = """
                #!/bin/sh
                case "$1" in
                    image) test "$2" = --input; layout=$3 ;;
                    oci-dir:*) layout=${1#oci-dir:} ;;
                    *) exit 9 ;;
                esac
                grep -q imageLayoutVersion "$layout/oci-layout" && cat '\(directory)/report'
                """
            let judge = directory.appending("judge")
            let path = "set -eu\nPATH='\(directory):'$PATH"
            let program = try Self.text("larder-judge-\(name)").replacing("set -eu", with: path)
            for (file, text) in [(directory.appending(name), scanner), (judge, program)] {
                try Data(text.utf8).write(to: URL(filePath: file.string))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.string)
            }
            let rules = try Self.text("\(name).json").replacing(
                "/usr/local/bin/larder-judge-\(name)", with: judge.string)
            try Data(rules.utf8).write(to: URL(filePath: directory.appending("gate.json").string))
            try await GateLab.serve(directory, body)
        }
    }

    private func report(_ name: String, _ kind: String, in lab: GateLab) throws {
        let text = Self.reports[name]?[kind] ?? ""
        try Data(text.utf8).write(to: URL(filePath: lab.directory.appending("report").string))
    }

    /// What the judge counts, run by hand.
    private func findings(in lab: GateLab) throws -> [String: Int] {
        let layout = lab.directory.appending("layout").string
        try FileManager.default.createDirectory(atPath: layout, withIntermediateDirectories: true)
        try Data(#"{"imageLayoutVersion": "1.0.0"}"#.utf8).write(to: URL(filePath: layout + "/oci-layout"))
        return try ScanVerdict(parsing: try shell("'\(lab.directory)/judge' '\(layout)'")).findings
    }

    @Test("with Trivy: what is critical is refused with its number", .enabled(if: hasProgram("jq"), "there is no jq"))
    func trivy() async throws {
        try await withScanner("trivy") { lab in
            try report("trivy", "bad", in: lab)
            let (bad, _) = try await lab.push("1")
            #expect(bad.status == 403 && bad.text.contains("CVE-2026-1") && !bad.text.contains("CVE-2026-2"))
            #expect(try await lab.quarantine().first?.state == .refused)
            #expect(try findings(in: lab) == ["critical": 2, "high": 1])
            try report("trivy", "good", in: lab)
            #expect(try await lab.push("2", seed: 2).answer.status == 201)
            try report("trivy", "empty", in: lab)
            #expect(try await lab.push("3", seed: 3).answer.status == 201)
        }
    }

    @Test(
        "with Grype: what is critical and can be mended is refused, and no push waits",
        .enabled(if: hasProgram("jq"), "there is no jq"))
    func grype() async throws {
        try await withScanner("grype") { lab in
            try report("grype", "bad", in: lab)
            #expect(try await lab.push("v1").answer.status == 201)
            #expect(try await eventually { try await lab.quarantine().first?.state == .refused })
            let entry = try #require(try await lab.quarantine().first)
            #expect(entry.state == .refused && entry.reason?.contains("CVE-2026-1") == true)
            #expect(entry.reason?.contains("CVE-2026-2") == false)
            #expect(try findings(in: lab) == ["critical": 1, "high": 1])
            for (kind, seed) in [("good", 2), ("empty", 3)] as [(String, UInt64)] {
                try report("grype", kind, in: lab)
                let (_, digest) = try await lab.push("v\(seed)", seed: seed)
                #expect(try await lab.awaitTag("v\(seed)") == digest, "\(kind)")
            }
            // Not among the tags that wait.
            try report("grype", "bad", in: lab)
            let (_, digest) = try await lab.push("latest", seed: 4)
            #expect(try await lab.tagged("latest") == digest)
        }
    }

    @Test(
        "give no verdict when their scanner fails or says something else", .enabled(if: hasProgram("jq")),
        arguments: ["trivy", "grype"], ["exit 1", "true", "echo '[]'", "echo '{}'", "echo oops", "exit 0"])
    func failure(name: String, script: String) async throws {
        try await withTemporaryDirectory { directory in
            let program = directory.appending(name).string
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: program))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
            #expect(throws: ShellError.self) {
                try shell("PATH='\(directory)':$PATH '\(Self.directory)/larder-judge-\(name)' /nowhere 2>/dev/null")
            }
        }
    }
}
