// crypt(3) of libxcrypt as the distribution ships it: bcrypt, for files of passwords.
#pragma once
#include <crypt.h>
