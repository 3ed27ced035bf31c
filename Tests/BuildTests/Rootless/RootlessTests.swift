import Testing

@testable import Build

/// What is known of user namespaces before one is entered.
struct RootlessTests {
    @Test func rangesAreFoundByNameAndNumber() {
        let file = Array(
            """
            root:100000:65536
            cook:200000:1000
            # cook:1:1
            4242:300000:5
            cook:x:7
            cook:4294967295:9
            cook:400000:0
            """.utf8)
        let found = SubordinateIDs.stretches(of: "cook", 4242, in: file)
        #expect(found == [.init(first: 200_000, count: 1000), .init(first: 300_000, count: 5)])
        #expect(SubordinateIDs.stretches(of: "nobody", 65534, in: file) == [])
        #expect(
            SubordinateIDs.arguments(process: 77, own: 4242, found)
                == ["77", "0", "4242", "1", "1", "200000", "1000", "1001", "300000", "5"])
    }

    @Test func namespacesTellWhomFilesCanBelongTo() {
        let machine = UserNamespace(users: Array("         0          0 4294967295\n".utf8), groups: [])
        #expect(machine.isInitial && machine.directorySuffix == "" && machine.contains(user: 100_000))
        let full = UserNamespace(
            users: Array("0 4242 1\n1 700000 65536\n".utf8), groups: Array("0 4242 1\n1 700000 65536\n".utf8))
        #expect(!full.isInitial && !full.hasOneUser)
        #expect(full.contains(user: 0) && full.contains(user: 65536) && !full.contains(user: 65537))
        #expect(full.contains(group: 5))
        #expect(full.owner(7, 8) == (7, 8))
        let alone = UserNamespace(users: Array("0 4242 1\n".utf8), groups: Array("0 4242 1\n".utf8))
        #expect(alone.hasOneUser && !alone.contains(group: 5))
        #expect(alone.owner(7, 8) == (0, 0))
        // Files that belong to other users outside must not be taken for one another.
        let shifted = UserNamespace(
            users: Array("0 4242 1\n1 800000 65536\n".utf8), groups: Array("0 4242 1\n1 800000 65536\n".utf8))
        #expect(Set([full, alone, shifted, machine].map(\.directorySuffix)).count == 4)
    }

    @Test(
        arguments: [
            (28, ["user/max_user_namespaces": "0"], "sysctl -w user.max_user_namespaces=10000"),
            (28, ["user/max_user_namespaces": "5"], "too many user namespaces"),
            (1, ["kernel/unprivileged_userns_clone": "0"], "sysctl -w kernel.unprivileged_userns_clone=1"),
            (1, [:], "seccomp=unconfined"), (22, [:], "CONFIG_USER_NS"),
            (128 + 13, ["kernel/apparmor_restrict_unprivileged_userns": "1"], "AppArmor profile"),
            (128 + 1, [:], "a security module or a container forbids it"),
        ] as [(Int32, [String: String], String)])
    func obstaclesSayWhatToDo(status: Int32, settings: [String: String], words: String) {
        let text = NamespaceObstacle.text(status) { settings[$0] }
        #expect(text.contains(words), "\(text)")
    }
}
