#!/bin/busybox sh
# The first program of the virtual machine: finds the disk, makes a root file system that nobody can write to, and
# hands over to the agent. Whatever fails ends the machine.
set -e
b=/bin/busybox
$b mount -t proc -o nosuid,nodev,noexec proc /proc
$b mount -t devtmpfs -o nosuid,noexec dev /dev
while read -r module; do $b insmod "/modules/$module"; done < /modules/order
echo 0 > /proc/sys/user/max_user_namespaces
echo 1 > /proc/sys/kernel/dmesg_restrict
echo 2 > /proc/sys/kernel/kptr_restrict
echo 2 > /proc/sys/kernel/unprivileged_bpf_disabled
echo 3 > /proc/sys/kernel/perf_event_paranoid
echo 0 > /proc/sys/kernel/sysrq
$b ifconfig lo 127.0.0.1 up
# The kernel makes the port in its own time.
set -- /dev/vport*p1
until [ -e "$1" ]; do $b usleep 2000; set -- /dev/vport*p1; done
exec 3<> "$1"
$b mount -t squashfs -o ro,nosuid,nodev /dev/vda /root
$b mount -t proc -o nosuid,nodev,noexec,hidepid=2 proc /root/proc
# Only what every program expects: neither the disk nor the memory.
$b mount -t tmpfs -o nosuid,noexec,mode=755,size=1m dev /root/dev
cd /root/dev
$b mknod -m 666 null c 1 3
$b mknod -m 666 zero c 1 5
$b mknod -m 666 full c 1 7
$b mknod -m 666 random c 1 8
$b mknod -m 666 urandom c 1 9
$b mknod -m 666 tty c 5 0
$b mknod -m 600 console c 5 1
$b ln -s /proc/self/fd fd
$b ln -s /proc/self/fd/0 stdin
$b ln -s /proc/self/fd/1 stdout
$b ln -s /proc/self/fd/2 stderr
$b ln -s pts/ptmx ptmx
$b mkdir -m 755 shm pts
$b mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=16m shm shm
$b mount -t devpts -o nosuid,noexec,mode=600,ptmxmode=666 devpts pts
cd /
$b mount -t tmpfs -o nosuid,nodev,mode=1777,size=64m tmp /root/tmp
$b mount -t tmpfs -o nosuid,nodev,mode=755,size=64m workspace /root/workspace
$b mount -t tmpfs -o nosuid,nodev,mode=700,size=8m run /root/run
$b mkdir /root/run/cgroup
$b mount -t cgroup2 -o nosuid,nodev,noexec cgroup /root/run/cgroup
$b cp /agent.py /root/run/agent.py
$b umount /proc
$b umount -l /dev
exec $b switch_root -c /dev/console /root /usr/bin/python3 -I -S /run/agent.py
