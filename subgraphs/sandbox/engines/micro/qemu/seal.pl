# Copies a template's memory (descriptor 3) into memory of the kernel's that nobody can change any more, not even who
# may open it for writing, as QEMU insists to. Node has no call for that; perl has, and lies in the base of every Debian.
use strict;
use warnings;

my ($memfd_create, $seek_data, $seek_hole, $block) = (319, 3, 4, 1 << 20);
my $name = 'template';
my $fd = syscall($memfd_create, $name, 3);    # MFD_CLOEXEC | MFD_ALLOW_SEALING
die "memfd_create: $!\n" if $fd < 0;
open(my $memory, '+<&=', $fd) or die "memory: $!\n";
open(my $template, '<&=', 3) or die "template: $!\n";
truncate($memory, -s $template) or die "truncate: $!\n";
my $at = 0;
while (defined(my $from = sysseek($template, $at, $seek_data))) {
    my $to = sysseek($template, $from, $seek_hole);
    sysseek($template, $from, 0);
    sysseek($memory, $from, 0);
    for ($at = 0 + $from; $at < $to;) {
        my $wanted = $to - $at < $block ? $to - $at : $block;
        my $read = sysread($template, my $bytes, $wanted) or die "read: $!\n";
        (syswrite($memory, $bytes) || 0) == $read or die "write: $!\n";
        $at += $read;
    }
}
fcntl($memory, 1033, 15) or die "seal: $!\n";    # F_ADD_SEALS: seal, shrink, grow, write
$| = 1;
print "$fd\n";
<STDIN>;    # Until the service has opened it.
