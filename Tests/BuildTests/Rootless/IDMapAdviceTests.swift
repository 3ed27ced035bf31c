import Testing

@testable import Build

@Suite("What is told where a user has no ids besides its own")
struct IDMapAdviceTests {
    @Test(
        "which program is lacking, and what brings it",
        arguments: [
            ("ID=debian\nVERSION_ID=\"12\"\n", "'apt-get install uidmap'"),
            ("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n", "'apt-get install uidmap'"),
            ("ID=fedora\n", "'dnf install shadow-utils'"), ("ID=\"rocky\"\n", "'dnf install shadow-utils'"),
            ("ID=alpine\n", "'apk add shadow-uidmap'"), ("ID=arch\n", "'pacman -S shadow'"),
            ("ID=strange\n", "Debian: uidmap, Fedora: shadow-utils, Alpine: shadow-uidmap"), ("", "Debian: uidmap"),
        ])
    func programs(osRelease: String, command: String) {
        let one = IDMapAdvice.missing([.groups], osRelease: Array(osRelease.utf8))
        #expect(one.hasPrefix("there is no newgidmap on the PATH: ") && one.contains(command), "\(one)")
        let both = IDMapAdvice.missing([.users, .groups], osRelease: Array(osRelease.utf8))
        #expect(both.hasPrefix("there is no newuidmap and no newgidmap on the PATH: "))
    }

    @Test(
        "which file gives nothing, and a line for it that overlaps with nobody's ids",
        arguments: [
            (nil, nil, "/etc/subuid, which is not there and /etc/subgid, which is not there", "cook:100000:65536"),
            ("", "cook:100000:65536\n", "in /etc/subuid:", "cook:165536:65536 | tee -a /etc/subuid'"),
            ("4242:100000:65536\n", "al:7:9\n", "in /etc/subgid:", "cook:165536:65536 | tee -a /etc/subgid'"),
            (
                "al:100000:65536\nbo:500000:10\n", "al:100000:65536\n", "/etc/subuid and /etc/subgid",
                "cook:500010:65536 | tee -a /etc/subuid | tee -a /etc/subgid'"
            ),
            ("al:4294967290:5\nbroken\n:::\n", "", "/etc/subuid and /etc/subgid", ""),
        ] as [(String?, String?, String, String)])
    func ranges(users: String?, groups: String?, files: String, line: String) {
        let text = IDMapAdvice.withoutRanges(
            "cook", 4242, users: users.map { Array($0.utf8) }, groups: groups.map { Array($0.utf8) })
        #expect(text?.contains(files) == true && (line.isEmpty || text?.contains(line) == true), "\(text ?? "")")
    }

    @Test("nothing where both files give ids")
    func enough() {
        let file = Array("cook:100000:65536\n".utf8)
        #expect(IDMapAdvice.withoutRanges("cook", 4242, users: file, groups: file) == nil)
    }

    @Test("what a program that failed lacks")
    func failures() {
        func text(_ complaint: String) -> String { IDMapAdvice.failed(complaint) { "/usr/bin/\($0.rawValue)" } }
        let right = text("newgidmap: write to gid_map failed: Operation not permitted")
        #expect(right.contains("have cap_setgid") && right.contains("'chmod u+s /usr/bin/newgidmap'"))
        #expect(text("newuidmap: open of uid_map failed: Permission denied").contains("have cap_setuid"))
        #expect(text("newuidmap: uid range [1-65537) -> [5-65541) not allowed").contains("and not overlap"))
        #expect(text("something else") == "something else")
    }
}
