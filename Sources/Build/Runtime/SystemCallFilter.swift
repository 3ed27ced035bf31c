/// Which system calls a container may make (`linux.seccomp` of the OCI runtime specification): those that Docker's
/// default profile allows a process with Docker's default capabilities, as the documentation "Seccomp security profiles
/// for Docker" and the profile itself (moby/profiles) tell. What is not named fails with EPERM.
struct SystemCallFilter: Encodable {
    struct Rule: Encodable {
        struct Argument: Encodable {
            let index: Int
            let value: UInt64
            var valueTwo: UInt64 = 0
            let op: String
        }

        let names: [String]
        let action: String
        var errnoRet: Int32?
        var args: [Argument] = []
    }

    let defaultAction = "SCMP_ACT_ERRNO"
    /// EPERM.
    let defaultErrnoRet: Int32 = 1
    let architectures: [String]
    let syscalls: [Rule]

    /// The filter of every RUN but an insecure one.
    static let usual = SystemCallFilter()

    private init() {
        #if arch(arm64)
        architectures = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
        #else
        architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
        #endif
        syscalls =
            [Rule(names: SystemCallNames.all, action: Self.allow)] + Self.personalities + Self.sockets + Self.processes
    }

    private static let allow = "SCMP_ACT_ALLOW"

    /// Linux, Linux with the 32-bit or the old memory layout, and the question what it is.
    private static let personalities = [0, 0x8, 0x20000, 0x20008, 0xffff_ffff].map { value in
        Rule(names: ["personality"], action: allow, args: [.init(index: 0, value: value, op: "SCMP_CMP_EQ")])
    }

    /// All families but AF_ALG (38), the kernel's cryptography, and AF_VSOCK (40), which leads out of the machine. A
    /// runtime takes several conditions on one argument as alternatives.
    private static let sockets = [
        Rule.Argument(index: 0, value: 38, op: "SCMP_CMP_LT"), .init(index: 0, value: 39, op: "SCMP_CMP_EQ"),
        .init(index: 0, value: 40, op: "SCMP_CMP_GT"),
    ].map { Rule(names: ["socket"], action: allow, args: [$0]) }

    /// New processes and threads, but no new namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and
    /// NEWNET. The flags of clone3 cannot be looked at, so it seems not to exist (ENOSYS), and libraries use clone.
    private static let processes = [
        Rule(
            names: ["clone"], action: allow,
            args: [.init(index: 0, value: 0x7e02_0000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ")]),
        Rule(names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38),
    ]
}
