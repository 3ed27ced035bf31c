import EndToEnd
import Testing

@Suite("What builds leave mounted on a runner")
struct MountTableTests {
    @Test("is found below its directory, and where programs in a root filesystem of their own see it")
    func aFailedBuildOfBuildahLeavesItsRootMounted() {
        let table = """
            /dev/vda / ext4 rw 0 0
            /dev/loop1 /var/tmp/larder-bench ext4 rw 0 0
            /dev/loop1 /var/cache/peers/root/var/tmp/larder-bench ext4 rw 0 0
            overlay /var/cache/peers/root/var/tmp/larder-bench/runner/storage/overlay/ab/merged overlay rw 0 0
            overlay /var/cache/peers/root/var/tmp/larder-bench/runner/storage/overlay/ab/merged/proc proc rw 0 0
            overlay /var/tmp/larder-bench/runner-2/storage overlay rw 0 0
            """
        #expect(
            MountTable.points(in: table, below: "/var/tmp/larder-bench/runner") == [
                "/var/cache/peers/root/var/tmp/larder-bench/runner/storage/overlay/ab/merged/proc",
                "/var/cache/peers/root/var/tmp/larder-bench/runner/storage/overlay/ab/merged",
            ])
    }
}
